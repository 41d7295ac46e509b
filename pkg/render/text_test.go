package render

import "testing"

func TestClean(t *testing.T) {
	for _, tt := range []struct{ in, want, why string }{
		{"größe 模型", "größe 模型", "printable text stays"},
		{"\x1b[2J", `\x1b[2J`, "ANSI"},
		{"a\nb\tc", `a\nb\tc`, "line breaks"},
		{"\u202eevil", `\u202eevil`, "bidirectional override"},
		{"a\u200bb", `a\u200bb`, "zero width"},
		{"\u009b2J", `\u009b2J`, "C1 control"},
		{"\xff\xfe", `\xff\xfe`, "invalid UTF-8"},
		{"\ufffd", "\ufffd", "a replacement character that was written as such"},
		{"a\u00a0b", `a\u00a0b`, "a blank that is none"},
	} {
		if got := clean(tt.in); got != tt.want {
			t.Errorf("%s: clean(%q) = %s, want %s", tt.why, tt.in, got, tt.want)
		}
	}
}

func TestCommand(t *testing.T) {
	for _, tt := range []struct {
		words []string
		want  string
	}{
		{[]string{"scalectl", "apply", "-f", "a/b.yaml"}, "scalectl apply -f a/b.yaml"},
		{[]string{"apply", "my plan.json", ""}, "apply 'my plan.json' ''"},
		{[]string{"it's", "$(reboot)", "*"}, `'it'\''s' '$(reboot)' '*'`},
		{[]string{"a\nb'c\\"}, `$'a\nb\'c\\'`},
	} {
		if got := Command(tt.words...); got != tt.want {
			t.Errorf("Command(%q) = %s, want %s", tt.words, got, tt.want)
		}
	}
}

func TestWrap(t *testing.T) {
	got := wrap("the quick endpoint/a-very-long-address/variant/main fox 模型模型 x", 12)
	want := []string{"the quick", "endpoint/a-very-long-address/variant/main", "fox 模型模型", "x"}
	if len(got) != len(want) {
		t.Fatalf("got %q, want %q", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("line %d: got %q, want %q", i, got[i], want[i])
		}
	}
}
