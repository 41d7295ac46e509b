package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/scalectl/scalectl/"

// layout is the package map: which packages of ours each package may import. Tests may
// import anything that does not make a cycle.
var layout = map[string][]string{
	"pkg/diag":     nil,
	"pkg/model":    nil,
	"pkg/schedule": nil,
	"pkg/sandbox":  nil,
	"schemas":      nil,
	"pkg/spec":     {"pkg/diag", "pkg/model", "pkg/schedule", "schemas"},
	"pkg/plan":     {"pkg/diag", "pkg/model", "pkg/schedule"},
	"pkg/iam":      {"pkg/model"},
	"pkg/live":     {"pkg/model"},
	"pkg/apply":    {"pkg/plan", "pkg/model", "pkg/live"},
	"pkg/render":   {"pkg/diag", "pkg/plan", "pkg/schedule"},
	"cmd/scalectl": {"everything"},
}

// judges holds the packages of tests that run everything together. They may import
// anything; nothing may import them.
const judges = "internal/"

// pure packages decide and must not act: no client, no network, no files, no process.
var pure = []string{"pkg/diag", "pkg/model", "pkg/schedule", "pkg/spec", "pkg/plan", "pkg/iam", "pkg/render"}

// effects are what a pure package must not import, by prefix.
var effects = []string{"os", "net", "os/exec", "syscall", "log", "github.com/aws/", "golang.org/x/term", "github.com/spf13/"}

type goPackage struct {
	ImportPath string
	Imports    []string
}

func TestLayout(t *testing.T) {
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports", module+"...")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.String())
	}
	dec := json.NewDecoder(bytes.NewReader(out))
	seen := 0
	for {
		var p goPackage
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimPrefix(p.ImportPath, module)
		allowed, known := layout[name]
		if strings.HasPrefix(name, judges) {
			continue
		}
		if !known {
			t.Errorf("package %s is not in the package map", name)
			continue
		}
		seen++
		for _, imported := range p.Imports {
			ours, isOurs := strings.CutPrefix(imported, module)
			if isOurs && !slices.Contains(allowed, "everything") && !slices.Contains(allowed, ours) {
				t.Errorf("%s may not import %s", name, ours)
			}
			if slices.Contains(pure, name) && isEffect(imported) {
				t.Errorf("%s decides only, and may not import %s", name, imported)
			}
		}
	}
	if seen < len(pure)+4 {
		t.Errorf("go list shows only %d packages", seen)
	}
}

func isEffect(imported string) bool {
	return slices.ContainsFunc(effects, func(e string) bool {
		return imported == e || strings.HasSuffix(e, "/") && strings.HasPrefix(imported, e)
	})
}

// TestLayoutSandboxIsTheJudge: what a sandbox shares with live could be wrong in both. Of
// the SDK's code it uses the encoding of CBOR, which is an internet standard.
func TestLayoutSandboxIsTheJudge(t *testing.T) {
	cmd := exec.Command("go", "list", "-deps", module+"pkg/sandbox")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for dep := range strings.Lines(string(out)) {
		dep = strings.TrimSpace(dep)
		ours := strings.HasPrefix(dep, module) && dep != module+"pkg/sandbox"
		sdk := strings.HasPrefix(dep, "github.com/aws/") && !strings.HasPrefix(dep, "github.com/aws/smithy-go/encoding")
		if ours || sdk {
			t.Errorf("pkg/sandbox depends on %s", dep)
		}
	}
}
