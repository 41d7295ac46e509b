package spec

import (
	"regexp"
	"slices"
	"strings"
)

// targetVariables are the variables that stand for names of the target.
var targetVariables = []string{"endpoint", "variant", "component"}

var envName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// expandEnv fills in ${env:NAME} and ${env:NAME:-default}. In keepTarget mode the result
// is a template for expandTarget: the variables of the target stay, and what came out of
// the environment or was escaped cannot be taken for one. Otherwise the result is the
// final text. A nil getenv only checks the form; known is then false if the value
// depends on the environment.
func expandEnv(text string, keepTarget bool, getenv func(string) (string, bool)) (out string, known bool, p *problem) {
	if !strings.Contains(text, "${") {
		return text, true, nil
	}
	known = true
	literal := func(s string) string {
		if keepTarget {
			return strings.ReplaceAll(s, "${", "$${")
		}
		return s
	}
	var b strings.Builder
	for text != "" {
		i := strings.Index(text, "${")
		if i < 0 {
			b.WriteString(text)
			break
		}
		if i > 0 && text[i-1] == '$' { // $${ stands for ${
			b.WriteString(text[:i-1])
			b.WriteString(literal("${"))
			text = text[i+2:]
			continue
		}
		b.WriteString(text[:i])
		end := strings.IndexByte(text[i:], '}')
		if end < 0 {
			return "", true, &problem{
				rule: ruleVariable, whole: true,
				message: `opens "${" and does not close it`,
				hint:    `close it with "}", or write $${ for the two characters`,
			}
		}
		name := text[i+2 : i+end]
		text = text[i+end+1:]
		env, isEnv := strings.CutPrefix(name, "env:")
		if !isEnv {
			if keepTarget && slices.Contains(targetVariables, name) {
				b.WriteString("${" + name + "}")
				continue
			}
			return "", true, variableProblem(name, keepTarget)
		}
		env, fallback, hasFallback := strings.Cut(env, ":-")
		if !envName.MatchString(env) {
			return "", true, &problem{
				rule: ruleVariable, whole: true,
				message: `has "${` + name + `}", which names no environment variable`,
				hint:    "write ${env:NAME} or ${env:NAME:-default}",
			}
		}
		if getenv == nil {
			known = false
			continue
		}
		value, found := getenv(env)
		switch {
		case !found && !hasFallback:
			return "", true, &problem{
				rule: ruleEnvVarMissing, whole: true,
				message: "needs the environment variable " + env + ", which is not set",
				hint:    "set " + env + ", or write ${env:" + env + ":-default}",
			}
		case !found || value == "" && hasFallback:
			value = fallback
		}
		b.WriteString(literal(value))
	}
	return b.String(), known, nil
}

func variableProblem(name string, keepTarget bool) *problem {
	p := &problem{rule: ruleVariable, whole: true, message: `has the unknown variable "${` + name + `}"`}
	switch {
	case slices.Contains(targetVariables, name):
		p.message = `has "${` + name + `}", which has a value only in dimensions and in the name and description of an alarm`
		p.hint = "write the name itself, or $${ for the two characters"
	case keepTarget:
		p.hint = "known are ${env:NAME}, ${endpoint}, ${variant} and ${component}; $${ stands for the two characters"
		p.message += didYouMean(name, targetVariables)
	default:
		p.hint = "known here is ${env:NAME}; $${ stands for the two characters"
	}
	return p
}

// expandTarget fills the names of a target into a template made by expandEnv. missing is
// the first variable that the target has no name for, or "".
func expandTarget(template string, names map[string]string) (out, missing string) {
	if !strings.Contains(template, "${") {
		return template, ""
	}
	var b strings.Builder
	for {
		i := strings.Index(template, "${")
		if i < 0 {
			b.WriteString(template)
			return b.String(), missing
		}
		if i > 0 && template[i-1] == '$' {
			b.WriteString(template[:i-1] + "${")
			template = template[i+2:]
			continue
		}
		b.WriteString(template[:i])
		name, rest, _ := strings.Cut(template[i+2:], "}")
		if value, ok := names[name]; ok {
			b.WriteString(value)
		} else if missing == "" {
			missing = name
		}
		template = rest
	}
}
