package spec

import (
	"strconv"
	"strings"
)

// suggest returns the one of the known words that was probably meant, or "". Case is
// ignored; a few wrong letters are forgiven, more of them in a longer word; and a word
// that only one known word begins or ends with stands for that one.
func suggest(word string, known []string) string {
	low := strings.ToLower(word)
	if low == "" {
		return ""
	}
	best, fewest, tie := "", len(low)/3+2, false
	for _, k := range known {
		switch n := typos(low, strings.ToLower(k), fewest+1); {
		case n < fewest:
			best, fewest, tie = k, n, false
		case n == fewest:
			tie = true
		}
	}
	if best != "" && 2*fewest <= len(low) && (!tie || fewest < 3) {
		return best
	}
	best = ""
	if len(low) >= 3 {
		for _, k := range known {
			if kl := strings.ToLower(k); strings.HasPrefix(kl, low) || strings.HasSuffix(kl, low) {
				if best != "" {
					return ""
				}
				best = k
			}
		}
	}
	return best
}

// didYouMean is the end of a message: `; did you mean "x"?`, or nothing.
func didYouMean(word string, known []string) string {
	if s := suggest(word, known); s != "" && s != word {
		return "; did you mean " + strconv.Quote(s) + "?"
	}
	return ""
}

// quoteList writes words as a list for a hint: a, b, c.
func quoteList(words []string) string {
	const most = 30
	if len(words) > most {
		return strings.Join(words[:most], ", ") + " and " + strconv.Itoa(len(words)-most) + " more"
	}
	return strings.Join(words, ", ")
}

// typos counts the single-byte insertions, deletions, replacements and swaps of
// neighbours between a and b, giving up at limit.
func typos(a, b string, limit int) int {
	if d := len(a) - len(b); d >= limit || -d >= limit {
		return limit
	}
	before, previous, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range previous {
		previous[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(previous[j]+1, row[j-1]+1, previous[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
			least = min(least, row[j])
		}
		if least >= limit {
			return limit
		}
		before, previous, row = previous, row, before
	}
	return min(previous[len(b)], limit)
}
