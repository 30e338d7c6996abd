// Package metrics counts what the server does and serves the counts to
// Prometheus, under the prefix "sseserver_".
//
// Labels come from closed lists, the reasons and kinds of package logs among
// them; each of their series exists from the start, with the value 0, so that a
// rate over it is right from the first event. Those of HTTP requests begin with
// the first of their kind. A word outside its list is counted as "other": ids
// and texts can never become labels.
//
// # Concurrency and cost
//
// Any goroutine may call any method at any time, except [Metrics.SetStats] and
// [Metrics.SetStore], which come before the first scrape. The methods of [Stream] are called for
// every event of every stream: they are one or two atomic additions each,
// allocate nothing and need little stack.
package metrics
