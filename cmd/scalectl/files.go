package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/scalectl/scalectl/pkg/render"
	"github.com/scalectl/scalectl/pkg/spec"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// stdinName is how findings name what came from standard input.
const stdinName = "<stdin>"

// fileFlags say which files make up the fleet.
type fileFlags struct {
	files       []string
	environment string
}

func (f *fileFlags) register(flags *pflag.FlagSet) {
	flags.StringArrayVarP(&f.files, "file", "f", nil,
		"spec to read: a file, a folder (its .yaml and .yml files, subfolders included), a quoted glob, or - for stdin; repeatable, all together are one fleet")
	flags.StringVarP(&f.environment, "env", "e", "", "environment of the spec to use")
}

// words returns the flags as they are written on a command line.
func (f *fileFlags) words() []string {
	var w []string
	for _, file := range f.files {
		w = append(w, "-f", file)
	}
	if f.environment != "" {
		w = append(w, "-e", f.environment)
	}
	return w
}

// read finds and reads the files, in a fixed order and each only once.
func (f *fileFlags) read(cmd *cobra.Command, stdin io.Reader) ([]spec.Source, error) {
	if len(f.files) == 0 {
		return nil, usagef(cmd, "name the files with -f: a file, a folder, a glob, or - for stdin")
	}
	var names []string
	for _, arg := range f.files {
		found, err := find(arg)
		if err != nil {
			return nil, usagef(cmd, "-f %s: %w", arg, err)
		}
		for _, name := range found {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	sources := make([]spec.Source, len(names))
	for i, name := range names {
		data, err := readSource(name, stdin)
		if err != nil {
			return nil, usagef(cmd, "read spec: %w", err)
		}
		if name == "-" {
			name = stdinName
		}
		sources[i] = spec.Source{Name: name, Data: data}
	}
	return sources, nil
}

func readSource(name string, stdin io.Reader) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(stdin)
	}
	return os.ReadFile(name)
}

// find returns the files that one -f stands for. A name that exists is taken as it is,
// whatever characters it has; any other name is a glob.
func find(arg string) ([]string, error) {
	if arg == "-" {
		return []string{arg}, nil
	}
	paths := []string{filepath.Clean(arg)}
	if _, err := os.Stat(arg); err != nil {
		if !strings.ContainsAny(arg, `*?[`) {
			return nil, unwrapPath(err)
		}
		matches, err := filepath.Glob(arg)
		if err != nil {
			return nil, err
		}
		if len(matches) == 0 {
			return nil, fmt.Errorf("no file fits the glob")
		}
		paths = matches
	}
	var files []string
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return nil, unwrapPath(err)
		}
		if !info.IsDir() {
			files = append(files, path)
			continue
		}
		inside, err := walk(path)
		if err != nil {
			return nil, err
		}
		files = append(files, inside...)
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("no .yaml or .yml file in the folder")
	}
	return files, nil
}

// walk returns the YAML files below a folder, without what a leading dot hides.
func walk(folder string) ([]string, error) {
	var files []string
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		hidden := strings.HasPrefix(d.Name(), ".") && path != folder
		switch ext := filepath.Ext(path); {
		case hidden && d.IsDir():
			return fs.SkipDir
		case hidden, d.IsDir():
		case ext == ".yaml", ext == ".yml":
			files = append(files, path)
		}
		return nil
	})
	return files, err
}

// unwrapPath drops the operation and path of an error, which the message names already.
func unwrapPath(err error) error {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return pathErr.Err
	}
	return err
}

// sourceText is what findings are shown in.
func sourceText(sources []spec.Source) render.Sources {
	text := render.Sources{}
	for _, s := range sources {
		text[s.Name] = s.Data
	}
	return text
}
