package cmdline

import "flag"

// nearest returns the known flag that a misspelt one was probably meant to be.
func nearest(flags *flag.FlagSet, misspelt string) string {
	var known []string
	flags.VisitAll(func(f *flag.Flag) { known = append(known, f.Name) })
	return Nearest(misspelt, known)
}

// Nearest returns the known word that is most like a misspelt one, or "" if none
// is so like it that it can have been meant: two mistakes at most, and no more
// than half of the word.
func Nearest(misspelt string, known []string) (near string) {
	least := min(2, len(misspelt)/2) + 1
	for _, word := range known {
		if d := distance(misspelt, word); d < least {
			near, least = word, d
		}
	}
	return near
}

// distance is how many letters are to be added, left out or replaced to make b of
// a: their Levenshtein distance.
func distance(a, b string) int {
	row := make([]int, len(b)+1) // from the first i letters of a to the first j of b
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		above := row[0] // the row before this one, at j
		row[0] = i + 1
		for j := range len(b) {
			replaced := above
			if a[i] != b[j] {
				replaced++
			}
			above = row[j+1]
			row[j+1] = min(replaced, above+1, row[j]+1)
		}
	}
	return row[len(b)]
}
