// Package cmdline reads the command lines of this project's programs.
//
// A program states its flags as a table, in groups. Parse sets them from the
// arguments and answers --help and --version itself:
//
//	arguments, err := program.Parse(os.Args[1:], os.Stdout)
//
// The flags are those of package flag, with the same spelling: -name and --name
// are one, --name=value and --name value too, "--" ends them, and the last of a
// repeated flag counts, unless its Set collects. Package flag stops at the first
// argument; here flags may also stand between arguments and after them. An error
// is a value, an *Error, where package flag has a text; an unknown flag that
// resembles a known one brings that one to mind.
package cmdline
