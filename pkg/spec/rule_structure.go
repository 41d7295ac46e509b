package spec

// structuralRules are the rules that the loader applies while it reads: they have no
// check function, cannot be suppressed, and keep the object they are about from the
// other rules.
func structuralRules() []Rule {
	return nil
}
