package spec

import (
	"bytes"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/scalectl/scalectl/pkg/diag"
	"github.com/scalectl/scalectl/pkg/model"
)

// Source is one file of a fleet. Name is what positions show.
type Source struct {
	Name string
	Data []byte
}

// Options says how to load a fleet. The zero Options load it without an environment,
// without environment variables, and skip the rules that compare with the present.
type Options struct {
	// Environment selects one of the spec's environments; "" applies none.
	Environment string
	// Getenv looks up ${env:NAME}. Nil knows no variable.
	Getenv func(name string) (value string, ok bool)
	// Now is the present for rules such as "a schedule in the past".
	Now time.Time
	// MaxBytes bounds the size of all sources together; zero means DefaultMaxBytes.
	MaxBytes int
}

// Spec is a fleet without errors.
type Spec struct {
	Desired model.Desired
	// Positions tells for every address in Desired where the spec asks for it, and for
	// endpoints (endpoint/NAME), variants and components where it names them. A shared
	// policy is at the line that attaches it; the alarms of a shared policy are at their
	// definition.
	Positions map[string]diag.Position
	// Environment is the name of the applied environment, "" for none.
	Environment string

	root *node
}

// Load reads the sources as one fleet. It reports everything that it finds, sorted. The
// Spec is nil exactly when the list has an error; warnings come with a Spec. The order of
// the sources makes no difference to the Spec.
func Load(sources []Source, opts Options) (*Spec, diag.List) {
	l := loader{collector: newCollector(), opts: opts, comments: map[string][]*suppression{}}
	return l.load(sources)
}

type loader struct {
	*collector
	opts     Options
	sources  []*source
	comments map[string][]*suppression
	complete bool // everything could be read
}

func (l *loader) load(sources []Source) (*Spec, diag.List) {
	if l.opts.Getenv == nil {
		l.opts.Getenv = func(string) (string, bool) { return "", false }
	}
	rules := registry()
	docs := l.parse(sources, rules)
	root, whole := mergeDocuments(docs, l.collector)
	l.complete = l.complete && whole
	if root == nil {
		if !l.hasErrors() {
			l.add(ruleEmptySpec, emptyPosition(sources), "there is no spec in %s", sourceNames(sources)).
				hint("a spec starts with apiVersion: %s", APIVersion)
		}
		return nil, l.finish(nil)
	}
	p := patcher{collector: l.collector, base: root, unknown: map[*node]bool{}}
	root = p.environments(l.opts.Environment)

	d := decoder{collector: l.collector, getenv: l.opts.Getenv}
	fleet := decodeFleet(&d, root)
	r := resolver{collector: l.collector, fleet: fleet, complete: l.complete}
	r.resolve()

	pass := &pass{
		Fleet:       fleet,
		Targets:     r.targets,
		Policies:    r.policies(),
		Now:         l.opts.Now,
		Environment: l.opts.Environment,
		files:       len(sources),
	}
	var refused chan diag.List
	if !l.hasErrors() {
		refused = make(chan diag.List)
		go func() { refused <- schemaFindings(root) }()
	}
	pass.run(rules)
	list := l.finish(pass.findings)
	if refused != nil {
		list = append(list, <-refused...).Sorted()
	}
	if list.HasErrors() {
		return nil, list
	}
	return newSpec(fleet, r.targets, root, l.opts.Environment), list
}

// parse reads every file and returns the documents of all of them, in the order of the
// file names, so that findings and positions do not depend on the order of the sources.
func (l *loader) parse(sources []Source, rules []Rule) (docs []*node) {
	l.complete = true
	limit := l.opts.MaxBytes
	if limit <= 0 {
		limit = DefaultMaxBytes
	}
	sources = slices.Clone(sources)
	slices.SortStableFunc(sources, func(a, b Source) int { return strings.Compare(a.Name, b.Name) })
	total := 0
	for _, s := range sources {
		if total += len(s.Data); total > limit {
			l.complete = false
			l.add(ruleFileLimits, diag.Position{File: s.Name, Line: 1, Column: 1}, "the files are larger than %d bytes together", limit).
				hint("is this a scalectl spec?")
			return docs
		}
	}
	for _, s := range sources {
		src := newSource(s.Name, trimBOM(s.Data))
		l.sources = append(l.sources, src)
		parsed, text, ok := parseFile(src, l.collector)
		l.complete = l.complete && ok
		docs = append(docs, parsed...)
		if comments := suppressions(src, text, rules, l.collector); len(comments) > 0 {
			l.comments[s.Name] = append(l.comments[s.Name], comments...)
		}
	}
	return docs
}

// finish takes suppressed findings away, reports comments without effect, and sorts.
func (l *loader) finish(findings []*finding) diag.List {
	l.findings = suppress(l.findings, l.comments)
	findings = suppress(findings, l.comments)
	if !l.hasErrors() {
		// With a structural error the rules have not seen everything.
		for _, name := range slices.Sorted(maps.Keys(l.comments)) {
			for _, s := range l.comments[name] {
				if !s.used {
					l.add(ruleUnusedSuppression, s.at, "rule %q has no finding %s", s.rule, onLine(diag.Position{Line: s.line})).
						hint("remove the comment")
				}
			}
		}
	}
	list := make(diag.List, 0, len(l.findings)+len(findings))
	for _, f := range slices.Concat(l.findings, findings) {
		list = append(list, f.Diagnostic)
	}
	for _, src := range l.sources {
		src.relateAliases(list)
	}
	return list.Sorted()
}

func newSpec(fleet *Fleet, targets []*target, root *node, environment string) *Spec {
	s := &Spec{
		Desired: model.Desired{
			Stack:      fleet.Stack.Get(),
			Account:    fleet.Account.Get(),
			Region:     fleet.Region.Get(),
			MaxDeletes: model.DefaultMaxDeletes,
			Endpoints:  expectations(fleet),
		},
		Positions:   map[string]diag.Position{},
		Environment: environment,
		root:        root,
	}
	if fleet.Guards != nil {
		s.Desired.MaxDeletes = fleet.Guards.MaxDeletes.Or(model.DefaultMaxDeletes)
	}
	for name, e := range fleet.Endpoints.All() {
		address := "endpoint/" + name
		s.Positions[address] = Position(e)
		for variant, v := range e.Variants.All() {
			s.Positions[address+"/variant/"+variant] = Position(v)
		}
		for component, c := range e.InferenceComponents.All() {
			s.Positions[model.ComponentTarget(component).Address()] = Position(c)
		}
	}
	for _, t := range targets {
		s.Desired.Targets = append(s.Desired.Targets, t.Model)
		s.Positions[t.ID.Address()] = Position(t)
		for _, use := range t.Policies {
			s.Positions[use.Model.Address()] = Position(use.Attach)
			for _, a := range use.Alarms {
				s.Positions[a.Model.Address()] = Position(a.Alarm)
			}
		}
		for _, a := range t.Actions {
			s.Positions[a.Model.Address()] = Position(a.ScheduledAction)
		}
	}
	return s
}

// Origin returns where the value at a path was written, after merging files and applying
// the environment: Origin("endpoints", "ranker", "variants"). ok is false when the spec
// has no such value. Items of lists are numbered from 0.
func (s *Spec) Origin(path ...string) (pos diag.Position, ok bool) {
	n := s.root
	for _, step := range path {
		if n = child(n, step); n == nil {
			return diag.Position{}, false
		}
	}
	return n.position(), true
}

func child(n *node, step string) *node {
	if n.kind != seqNode {
		_, value := n.field(step)
		return value
	}
	i, err := strconv.Atoi(step)
	if err != nil || i < 0 || i >= len(n.kids) {
		return nil
	}
	return n.kids[i]
}

// decodeFleet types the root. Its named children are sound even where the fleet is not.
func decodeFleet(d *decoder, root *node) *Fleet {
	var fleet *Fleet
	d.value(reflect.ValueOf(&fleet).Elem(), spot{}, root, &field{object: fleetBinding()})
	return fleet
}

// trimBOM removes a UTF-8 byte order mark, which editors on Windows write.
func trimBOM(data []byte) []byte { return bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")) }

func emptyPosition(sources []Source) diag.Position {
	if len(sources) == 0 {
		return diag.Position{}
	}
	return diag.Position{File: sources[0].Name, Line: 1, Column: 1}
}

func sourceNames(sources []Source) string {
	if len(sources) == 1 {
		return sources[0].Name
	}
	return fmt.Sprintf("any of %d files", len(sources))
}
