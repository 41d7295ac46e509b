package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/scalectl/scalectl/pkg/live"
	"github.com/scalectl/scalectl/pkg/sandbox"
)

// TestDriftContextLetsNoWriteOut: a mutating call under the context of drift fails, and
// AWS never hears of it; a reading one goes through.
func TestDriftContextLetsNoWriteOut(t *testing.T) {
	srv, err := sandbox.New(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	clients := live.NewClients(aws.Config{
		Region: sandboxRegion, HTTPClient: srv.HTTPClient(),
		Credentials: credentials.NewStaticCredentialsProvider("testing", "testing", ""),
	}, live.ClientOptions{})
	ctx := live.WithHook(t.Context(), readOnly{})
	_, err = clients.CloudWatch.DeleteAlarms(ctx, &cloudwatch.DeleteAlarmsInput{AlarmNames: []string{"any"}})
	if err == nil || !strings.Contains(err.Error(), "cloudwatch:DeleteAlarms") {
		t.Errorf("a deletion under the context of drift: %v", err)
	}
	if _, err := clients.CloudWatch.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{}); err != nil {
		t.Errorf("a read under the context of drift: %v", err)
	}
	log, err := srv.Log()
	if err != nil {
		t.Fatal(err)
	}
	if len(log) != 1 || log[0].Operation != "DescribeAlarms" {
		t.Errorf("the sandbox was called %d times, want only the read", len(log))
	}
}

// TestDriftDoesNotReachApply follows every function and method of this package that the
// command calls, directly or through others, and finds no use of package apply. Names
// stand for all functions of that name, so more is followed than is ever called.
func TestDriftDoesNotReachApply(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	bodies := map[string][]*ast.BlockStmt{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, src, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Body != nil {
				bodies[f.Name.Name] = append(bodies[f.Name.Name], f.Body)
			}
		}
	}
	reaches := func(start string) (seen []string, apply bool) {
		for queue := []string{start}; len(queue) > 0; queue = queue[1:] {
			if slices.Contains(seen, queue[0]) {
				continue
			}
			seen = append(seen, queue[0])
			for _, body := range bodies[queue[0]] {
				ast.Inspect(body, func(n ast.Node) bool {
					switch n := n.(type) {
					case *ast.SelectorExpr:
						if x, ok := n.X.(*ast.Ident); ok && x.Name == "apply" {
							apply = true
						}
					case *ast.CallExpr:
						switch f := n.Fun.(type) {
						case *ast.Ident:
							queue = append(queue, f.Name)
						case *ast.SelectorExpr:
							queue = append(queue, f.Sel.Name)
						}
					}
					return true
				})
			}
		}
		return seen, apply
	}
	if _, apply := reaches("applyCommand"); !apply {
		t.Fatal("applyCommand does not reach package apply: calls are not understood")
	}
	seen, apply := reaches("driftCommand")
	if !slices.Contains(seen, "comparePlan") || apply {
		t.Errorf("driftCommand reaches %v; package apply among them: %v", seen, apply)
	}
}
