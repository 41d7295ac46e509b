package hostile

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/scalectl/scalectl/pkg/diag"
	"github.com/scalectl/scalectl/pkg/spec"
)

// oddFile is a file that no fleet is written in.
type oddFile struct {
	name string
	data []byte
	// valid: it is a spec all the same. Else rule names one of its findings.
	valid bool
	rule  string
}

func (f *oddFile) String() string { return f.name }

// header begins a spec, so that only what follows it is odd.
const header = "apiVersion: scalectl/v1\nstack: odd\n"

// target is a scalable target to which settings can be added.
const target = "endpoints:\n  e:\n    variants:\n      v:\n        scaling:\n          minCapacity: 1\n          maxCapacity: 8\n"

func oddFiles(t testing.TB) []*oddFile {
	example := read(t, "../../examples/5-async-from-zero.yaml")
	utf16le := []byte{0xff, 0xfe}
	utf16be := []byte{0xfe, 0xff}
	for _, u := range utf16.Encode([]rune(string(example))) {
		utf16le = append(utf16le, byte(u), byte(u>>8))
		utf16be = append(utf16be, byte(u>>8), byte(u))
	}
	binary := make([]byte, 1<<16)
	for i := range binary {
		binary[i] = byte(i * i >> 3)
	}
	repeat := func(n int, format string, start ...string) []byte {
		var b bytes.Buffer
		b.WriteString(header)
		b.WriteString(strings.Join(start, ""))
		for i := range n {
			fmt.Fprintf(&b, format, i)
		}
		return b.Bytes()
	}
	laughs := header + "x-a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n"
	for i := 1; i < 30; i++ {
		laughs += fmt.Sprintf("x-a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 9), ", "))
	}
	merges := header + "x-m0: &m0 {a0: 1, b0: 1}\n"
	for i := 1; i < 40; i++ {
		merges += fmt.Sprintf("x-m%d: &m%d {<<: [*m%d, *m%d], a%d: 1}\n", i, i, i-1, i-1, i)
	}
	anchor := strings.Repeat("a", 1<<20)
	return []*oddFile{
		{name: "empty", data: nil, rule: "empty-spec"},
		{name: "only a line break", data: []byte("\n"), rule: "empty-spec"},
		{name: "only a comment", data: []byte("# nothing\n"), rule: "empty-spec"},
		{name: "only document marks", data: []byte("---\n---\n...\n"), rule: "empty-spec"},
		{name: "a word", data: []byte("hello"), rule: "wrong-type"},
		{name: "a list", data: []byte("- a\n- b\n"), rule: "wrong-type"},
		{name: "JSON of another tool", data: []byte(`{"Resources": {"a": 1}}`), rule: "api-version"},
		{name: "binary", data: binary, rule: "encoding"},
		{name: "an executable", data: []byte("\x7fELF\x02\x01\x01\x00\x00\x00"), rule: "encoding"},
		{name: "gzip", data: []byte("\x1f\x8b\x08\x00\x00\x00\x00\x00"), rule: "encoding"},
		{name: "a NUL in the middle", data: bytes.Replace(example, []byte("stack"), []byte("st\x00ack"), 1), rule: "encoding"},
		{name: "NULs at the end", data: append(bytes.Clone(example), make([]byte, 512)...), rule: "encoding"},
		{name: "UTF-16, little endian", data: utf16le, rule: "encoding"},
		{name: "UTF-16, big endian", data: utf16be, rule: "encoding"},
		{name: "UTF-16 without a mark", data: utf16le[2:], rule: "encoding"},
		{name: "Latin-1", data: []byte(header + "tags: {ort: K\xf6ln}\n"), rule: "encoding"},
		{name: "a surrogate in UTF-8", data: []byte(header + "tags: {a: \"\xed\xa0\x80\"}\n"), rule: "encoding"},
		{name: "UTF-8 with a mark", data: append([]byte("\xef\xbb\xbf"), example...), valid: true},
		{name: "CRLF", data: bytes.ReplaceAll(example, []byte("\n"), []byte("\r\n")), valid: true},
		{name: "CR alone", data: bytes.ReplaceAll(example, []byte("\n"), []byte("\r"))},
		{name: "no line break at the end", data: bytes.TrimRight(example, "\n"), valid: true},
		{name: "a shell script", data: []byte("#!/bin/sh\nset -e\nfor i in *; do echo \"$i\"; done\n")},
		{name: "100,000 open brackets", data: []byte(header + "x-deep: " + strings.Repeat("[", 100_000)), rule: "file-limits"},
		{name: "100,000 brackets", data: []byte(header + "x-deep: " + deep(100_000)), rule: "file-limits"},
		{name: "100,000 open braces", data: []byte(header + "x-deep: " + strings.Repeat("{a: ", 100_000)), rule: "file-limits"},
		{name: "100,000 dashes", data: []byte(header + "x-deep:\n  " + strings.Repeat("- ", 100_000) + "a\n"), rule: "file-limits"},
		{name: "5,000 indented mappings", data: staircase(5_000), rule: "file-limits"},
		{name: "billion laughs", data: []byte(laughs), rule: "file-limits"},
		{name: "billion merges", data: []byte(merges)},
		{name: "an anchor of a megabyte", data: []byte(header + "x-a: &" + anchor + " 1\nx-b: *" + anchor + "\n")},
		{name: "aliases in a circle", data: []byte(header + "x-a: &a {b: &b {c: *a, d: *b}}\n"), rule: "anchor"},
		{name: "a mapping merged into itself", data: []byte(header + "x-a: &a {<<: *a}\n"), rule: "anchor"},
		{name: "a million keys", data: repeat(1_000_000, "k%d: 1\n"), rule: "unknown-key"},
		{name: "a million x- keys", data: repeat(1_000_000, "x-%d: 1\n")},
		{name: "a key a million times", data: []byte(header + strings.Repeat("k: 1\n", 1_000_000)), rule: "duplicate-key"},
		{name: "300,000 tags", data: repeat(300_000, "            t%d: v\n", target+"          tags:\n"), rule: "tag-count"},
		{name: "100,000 scheduled actions", data: repeat(100_000, "            a%d: {schedule: rate(1 hour), minCapacity: 1}\n",
			target+"          scheduledActions:\n"), rule: "schedule-count"},
		{name: "a line of 10 MB", data: []byte(header + "x-long: " + strings.Repeat("a", 10<<20) + "\n")},
		{name: "a name of 10 MB", data: []byte("apiVersion: scalectl/v1\nstack: " + strings.Repeat("a", 10<<20) + "\n"), rule: "format"},
		{name: "10 MB of comments", data: append([]byte(strings.Repeat("# comment\n", 1<<20)), example...), valid: true},
		{name: "2 MB of blank lines", data: append(bytes.Repeat([]byte("\n"), 2<<20), example...), valid: true},
		{name: "10 MB of blank lines", data: append(bytes.Repeat([]byte("\n"), 10<<20), example...), rule: "file-limits"},
		{name: "10 MB of endpoints", data: fleet(10 << 20)},
		{name: "10 MB of mistakes", data: bytes.ReplaceAll(fleet(10<<20), []byte("minCapacity"), []byte("minCapacty"))},
		{name: "a million documents", data: []byte(strings.Repeat("---\na: 1\n", 1_000_000)), rule: "file-limits"},
		{name: "33 MB", data: append([]byte(header), bytes.Repeat([]byte("# too much\n"), 3<<20)...), rule: "file-limits"},
	}
}

// staircase is a mapping in a mapping in a mapping, in block style.
func staircase(n int) []byte {
	var b bytes.Buffer
	b.WriteString(header)
	b.WriteString("x-deep:\n")
	for i := 1; i <= n; i++ {
		b.WriteString(strings.Repeat(" ", i))
		b.WriteString("a:\n")
	}
	return b.Bytes()
}

// fleet is a spec of about n bytes.
func fleet(n int) []byte {
	var b bytes.Buffer
	b.WriteString(header + "endpoints:\n")
	for i := 0; b.Len() < n; i++ {
		fmt.Fprintf(&b, "  endpoint-%d:\n    variants:\n      main:\n        scaling: {minCapacity: 1, maxCapacity: 8}\n", i)
	}
	return b.Bytes()
}

// The memory that loading a file may allocate altogether: a fixed part for the schema and
// the rules, and a part for each byte. A value of YAML takes at least two bytes and costs
// some 300 in the YAML parser and 100 in the loader.
const (
	fixedCost   = 32 << 20
	costPerByte = 250
)

// TestOddFiles loads what is no spec. It is diagnosed with the right rule and in bounded
// memory.
func TestOddFiles(t *testing.T) {
	files := oddFiles(t)
	for _, f := range files {
		t.Run(f.name, func(t *testing.T) {
			if testing.Short() && len(f.data) > 1<<20 {
				t.Skip("large")
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			loaded, findings := spec.Load([]spec.Source{{Name: "fleet.yaml", Data: f.data}}, spec.Options{Now: start})
			runtime.ReadMemStats(&after)
			if cost, limit := after.TotalAlloc-before.TotalAlloc, uint64(fixedCost+costPerByte*len(f.data)); cost > limit {
				t.Errorf("allocates %d MB for %d bytes, more than %d MB", cost>>20, len(f.data), limit>>20)
			} else {
				t.Logf("%d bytes, %d MB allocated, %d findings", len(f.data), cost>>20, len(findings))
			}
			checkPositions(t, f, f.data, findings)
			if (loaded == nil) != findings.HasErrors() {
				t.Errorf("spec and findings contradict each other")
			}
			if f.valid != (loaded != nil) && (f.valid || f.rule != "") {
				t.Errorf("valid is %v: %.500v", loaded != nil, findings)
			}
			if f.rule != "" && !hasRule(findings, f.rule) {
				t.Errorf("lacks %s: %.500v", f.rule, findings)
			}
		})
	}
	t.Logf("%d odd files", len(files))
	if len(files) < 40 {
		t.Errorf("only %d odd files", len(files))
	}
}

func hasRule(findings diag.List, rule string) bool {
	for _, f := range findings {
		if f.Rule == rule {
			return true
		}
	}
	return false
}

// TestTruncated cuts a spec at every byte.
func TestTruncated(t *testing.T) {
	t.Parallel()
	whole := read(t, "testdata/everything.yaml")
	valid, invalid := 0, 0
	for n := range whole {
		f := &oddFile{name: fmt.Sprintf("the first %d bytes", n)}
		loaded, findings := spec.Load([]spec.Source{{Name: "fleet.yaml", Data: whole[:n]}}, spec.Options{Now: start})
		checkPositions(t, f, whole[:n], findings)
		if (loaded == nil) != findings.HasErrors() {
			t.Errorf("%s: spec and findings contradict each other", f)
		}
		if loaded != nil {
			valid++
		} else {
			invalid++
		}
	}
	t.Logf("%d truncations: %d still valid, %d diagnosed", len(whole), valid, invalid)
	if invalid < len(whole)/2 {
		t.Errorf("only %d of %d truncated files are invalid", invalid, len(whole))
	}
}

// TestFilesOfTheProgram gives the program files that cannot be read, or that are odd. Each
// ends with a message, and none with a call to AWS.
func TestFilesOfTheProgram(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "../../examples/sandbox/seed.yaml")
	dir := t.TempDir()
	example := "../../examples/5-async-from-zero.yaml"
	empty := filepath.Join(dir, "empty")
	if err := os.Mkdir(empty, 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(empty, "README.md"), []byte("no spec"))
	loop := filepath.Join(dir, "loop.yaml")
	if err := os.Symlink(loop, loop); err != nil {
		t.Fatal(err)
	}
	type run struct {
		why   string
		args  []string
		stdin []byte
		code  int
		says  string
	}
	runs := []run{
		{"a folder without YAML", []string{"-f", empty}, nil, exitUsage, "no .yaml or .yml file in the folder"},
		{"a file that does not exist", []string{"-f", filepath.Join(dir, "nowhere.yaml")}, nil, exitUsage, "nowhere.yaml"},
		{"a glob without a match", []string{"-f", filepath.Join(dir, "*.yml")}, nil, exitUsage, "no file fits the glob"},
		{"a glob that cannot be read", []string{"-f", filepath.Join(dir, "[.yaml")}, nil, exitUsage, "pattern"},
		{"an empty name", []string{"-f", ""}, nil, exitUsage, "-f"},
		{"a link to itself", []string{"-f", loop}, nil, exitUsage, "loop.yaml"},
		{"a file through a file", []string{"-f", filepath.Join(example, "fleet.yaml")}, nil, exitUsage, "fleet.yaml"},
		{"no file at all", nil, nil, exitUsage, "-f"},
		{"an empty stdin", []string{"-f", "-"}, nil, exitInvalid, "<stdin>"},
		{"binary on stdin", []string{"-f", "-"}, []byte("\x00\x01\x02"), exitInvalid, "<stdin>:1:1"},
		{"a spec on stdin", []string{"-f", "-"}, read(t, example), exitDone, ""},
		{"stdin twice", []string{"-f", "-", "-f", "-"}, read(t, example), exitDone, ""},
		{"the same file twice", []string{"-f", example, "-f", filepath.Join("..", "..", "examples", ".", "5-async-from-zero.yaml")}, nil, exitDone, ""},
		{"the same fleet in two files", []string{"-f", example, "-f", write(t, filepath.Join(dir, "copy.yaml"), read(t, example))}, nil, exitInvalid, "already defined"},
	}
	if os.Getuid() != 0 {
		secret := write(t, filepath.Join(dir, "secret.yaml"), read(t, example))
		if err := os.Chmod(secret, 0); err != nil {
			t.Fatal(err)
		}
		runs = append(runs, run{"a file without permission", []string{"-f", secret}, nil, exitUsage, "permission denied"})
	}
	for _, f := range oddFiles(t) {
		if len(f.data) < 2<<20 && f.rule != "" {
			runs = append(runs, run{f.name, []string{"-f", "-"}, f.data, exitInvalid, "[" + f.rule + "]"})
		}
	}
	for _, tt := range runs {
		if err := w.server.ResetLog(); err != nil {
			t.Fatal(err)
		}
		r := runProgram(t, tt.stdin, append(append([]string{"plan"}, tt.args...), "--sandbox", w.dir)...)
		if r.code != tt.code || !strings.Contains(r.stderr, tt.says) {
			t.Errorf("%s: exit code %d, want %d and %q\n%.2000s", tt.why, r.code, tt.code, tt.says, r.stderr)
		}
		if tt.code == exitDone {
			continue
		}
		if r.stdout != "" {
			t.Errorf("%s: something on stdout: %.500s", tt.why, r.stdout)
		}
		if log := w.log(); len(log) > 0 {
			t.Errorf("%s: %d calls to AWS", tt.why, len(log))
		}
	}
	t.Logf("%d runs of the program on files that are no spec", len(runs))
}
