package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestMessages: what a newcomer runs into first says the way out.
func TestMessages(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{
		"fleet.yaml": exampleSpec, "elsewhere.yaml": strings.Replace(exampleSpec, "region:", "account: \"999999999999\"\nregion:", 1),
	} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_ENDPOINT_URL"} {
		t.Setenv(name, "")
	}
	for name, value := range map[string]string{
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_EC2_METADATA_DISABLED": "true",
	} {
		t.Setenv(name, value)
	}
	for _, tt := range []struct {
		why, line string
		code      exitCode
		want      string
	}{
		{"a misspelt command", "plann -f fleet.yaml", exitUsage, `did you mean "plan"?`},
		{"a misspelt subcommand", "sandbox sead", exitUsage, `did you mean "seed"?`},
		{"no credentials", "plan -f fleet.yaml", exitDenied, "--sandbox DIR"},
		{"another account", "plan -f elsewhere.yaml --sandbox state", exitDenied, "wrong account: 999999999999 is expected"},
	} {
		code, stdout, stderr := runExample(t, strings.Fields(tt.line))
		if code != tt.code || stdout != "" || !strings.Contains(stderr, tt.want) || strings.Contains(stderr, "in full") {
			t.Errorf("%s: exit code %d, stdout %q, stderr %q", tt.why, code, stdout, stderr)
		}
	}
	if _, err := os.Stat(filepath.Join("state", "calls.jsonl")); err != nil {
		t.Errorf("the account was never asked for: %v", err)
	}
}
