package docs

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestPackageTable: docs/architecture.md has every package, and each imports of ours only
// what its row says.
func TestPackageTable(t *testing.T) {
	allowed := map[string][]string{}
	row := regexp.MustCompile("(?m)^\\| `([a-z/.]+)` \\| .* \\| ([^|]+) \\|$")
	for _, m := range row.FindAllStringSubmatch(read(t, filepath.Join(root, "docs", "architecture.md")), -1) {
		allowed[m[1]] = strings.Split(m[2], ", ")
	}
	list := exec.Command("go", "list", "-f", `{{.ImportPath}}{{range .Imports}} {{.}}{{end}}`, "./...")
	list.Dir = root
	out, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	const module = "github.com/scalectl/scalectl/"
	seen := 0
	for line := range strings.Lines(string(out)) {
		words := strings.Fields(line)
		name, ours := strings.CutPrefix(words[0], module)
		if !ours || strings.HasPrefix(name, "internal/") {
			continue
		}
		may, ok := allowed[name]
		if !ok {
			t.Errorf("docs/architecture.md has no row for %s", name)
			continue
		}
		seen++
		for _, imported := range words[1:] {
			path, ours := strings.CutPrefix(imported, module)
			if ours && !slices.Contains(may, "everything") && !slices.Contains(may, strings.TrimPrefix(path, "pkg/")) {
				t.Errorf("%s imports %s, which docs/architecture.md does not say", name, path)
			}
		}
	}
	if seen != len(allowed)-1 { // but for internal/...
		t.Errorf("docs/architecture.md has %d packages of the program, there are %d", len(allowed)-1, seen)
	}
}
