package spec

// The limits of what the loader reads. They are far above any fleet and exist so that a
// wrong or hostile file gives a finding instead of an exhausted machine.
const (
	// DefaultMaxBytes is the size of all files together when Options.MaxBytes is zero.
	DefaultMaxBytes = 32 << 20
	// maxNodes bounds the YAML values of one file. A node costs about 300 bytes while
	// a file is read; 10,000 endpoints have about a million.
	maxNodes = 3_000_000
	// maxAliasNodes bounds how many nodes the aliases of one file may stand for.
	maxAliasNodes = 1_000_000
	// maxDepth bounds nesting. The grammar itself needs 16.
	maxDepth = 100
	// maxDocuments bounds the documents of one file.
	maxDocuments = 20_000
	// maxFindings bounds the structural findings of one run.
	maxFindings = 5_000
)
