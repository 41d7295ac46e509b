package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// outputs is the value of -o: forms of an artefact, each for stdout or a file.
type outputs struct {
	flag    []string
	allowed []string
}

func outputsVar(cmd *cobra.Command, allowed ...string) *outputs {
	o := &outputs{allowed: allowed}
	cmd.Flags().StringArrayVarP(&o.flag, "output", "o", nil,
		fmt.Sprintf("form of the output: %s, with =FILE to write it there; repeatable (default %s)", strings.Join(allowed, ", "), allowed[0]))
	return o
}

// output is one requested form. File is "" for stdout.
type output struct{ form, file string }

// parse returns the requested outputs, text on stdout if there are none.
func (o *outputs) parse(cmd *cobra.Command) ([]output, error) {
	if len(o.flag) == 0 {
		return []output{{form: o.allowed[0]}}, nil
	}
	var list []output
	toStdout := 0
	for _, v := range o.flag {
		form, file, toFile := strings.Cut(v, "=")
		if !slices.Contains(o.allowed, form) {
			return nil, usagef(cmd, "unknown output form %q: must be one of %s", form, strings.Join(o.allowed, ", "))
		}
		if toFile && file == "" {
			return nil, usagef(cmd, "-o %s names no file", v)
		}
		if !toFile {
			toStdout++
		}
		list = append(list, output{form, file})
	}
	if toStdout > 1 {
		return nil, usagef(cmd, "two outputs cannot share stdout: give all but one a file, as in -o json=FILE")
	}
	return list, nil
}

// write makes every output. A file appears complete or not at all.
func (a *app) write(list []output, make func(form string, w io.Writer) error) error {
	for _, o := range list {
		if o.file == "" {
			if err := make(o.form, a.stdout); err != nil {
				return fmt.Errorf("write output: %w", err)
			}
			continue
		}
		var b bytes.Buffer
		if err := make(o.form, &b); err != nil {
			return fmt.Errorf("write output: %w", err)
		}
		if err := replaceFile(o.file, b.Bytes()); err != nil {
			return err
		}
	}
	return nil
}

// replaceFile writes a file in one step, so that no reader sees half of it.
func replaceFile(name string, data []byte) error {
	tmp, err := os.CreateTemp(dirOf(name), ".scalectl-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	_, err = tmp.Write(data)
	if err == nil {
		err = tmp.Chmod(0o644)
	}
	if closeErr := tmp.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(tmp.Name(), name)
	}
	if err != nil {
		_ = os.Remove(tmp.Name())
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

func dirOf(name string) string {
	if i := strings.LastIndexByte(name, os.PathSeparator); i >= 0 {
		return name[:i+1]
	}
	return "."
}
