package render

import (
	"regexp"
	"strings"
)

// Text out of files and accounts reaches Markdown in two forms only. Names and values stand
// in code spans, inside of which nothing is markup, a mention, a link or a reference.
// Sentences keep the words that cannot be any of these, and put the others into code spans.
// Escaping by backslashes or entities would not do: GitHub looks for mentions and
// references in the text that is left after rendering.

// span returns s as a code span that may stand in a table cell. The two characters that
// could end the span or the cell become visible escapes. There is no empty code span; the
// empty text is shown as "".
func span(s string) string {
	if s == "" {
		s = `""`
	}
	return "`" + unticked.Replace(clean(s)) + "`"
}

var unticked = strings.NewReplacer("`", `\x60`, "|", `\x7c`)

// plainWord fits the words that mean nothing to any Markdown: letters, short numbers, times
// of day, and the signs of arithmetic, with the punctuation of a sentence.
var plainWord = regexp.MustCompile(`^\(?(?:(?:[A-Za-z]+(?:'[a-z]+)?|[0-9]{1,6}(?:\.[0-9]{1,3})?|[=%])[,;:.)]*|[0-9]{1,2}:[0-9]{2}[,;.)]*)$`)

// hashWord fits words that could be the hash of a commit, which GitHub links.
var hashWord = regexp.MustCompile(`(?i)^\(?[a-f]{7,40}[,;:.)]*$`)

// prose returns a sentence as one line.
func prose(s string) string {
	var out, risky []string
	flush := func() {
		if len(risky) > 0 {
			out = append(out, span(strings.Join(risky, " ")))
			risky = nil
		}
	}
	for _, word := range strings.Fields(clean(s)) {
		if !plainWord.MatchString(word) || hashWord.MatchString(word) {
			risky = append(risky, word)
			continue
		}
		flush()
		out = append(out, word)
	}
	flush()
	return strings.Join(out, " ")
}

// cut shortens s to at most n characters, the last of them an ellipsis.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	runes := []rune(s)
	if len(runes) <= n {
		return s
	}
	return string(runes[:n-1]) + "…"
}

var ticks = regexp.MustCompile("`+")

// fenced returns text as a code block that nothing in it can end.
func fenced(language, text string) string {
	fence := "```"
	for _, run := range ticks.FindAllString(text, -1) {
		if len(run) >= len(fence) {
			fence = run + "`"
		}
	}
	return fence + language + "\n" + strings.TrimRight(text, "\n") + "\n" + fence + "\n"
}
