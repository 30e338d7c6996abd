package docscheck

import "slices"

// treatment says who runs a command, and how.
type treatment struct {
	runs   bool   // this test does, to its end
	serves bool   // this test does, until it says where it listens
	stays  bool   // this test does, until the end of the document; what follows may use it
	setup  bool   // this test does, before all others
	inCI   string // .ci/run does, and contains this
	except string // nobody does, for this reason

	more    string // options added, so that it takes less time
	exits   []int  // the exit codes allowed; nil means 0
	figures bool   // the numbers in its output differ from run to run
	finds   bool   // it must print something
	fails   string // what its output contains if it fails, whatever the exit code
	atHome  bool   // with a home of its own, where it may write
	atTop   bool   // at the top of the repository, not in a directory of its own
	slow    bool   // only where CI=true
}

func (how treatment) allows(code int) bool {
	return slices.Contains(how.exits, code) || code == 0 && how.exits == nil
}

// Runs of sseload are made short. The machine may be busy, so exit code 3, the
// generator was overloaded, is no failure, nor is 99, a threshold was not met,
// where some are made too short to end all streams, or ask for a lateness.
var (
	small    = treatment{runs: true, more: " --clients 8 --ramp 1000 --duration 200ms --drain 10ms --once", exits: []int{0, 3, 99}, figures: true}
	resumes  = treatment{runs: true, more: " --clients 8 --ramp 1000 --duration 200ms --interval 20ms --reconnect 2", exits: []int{0, 3, 99}, figures: true}
	few      = treatment{runs: true, more: " --clients 8 --ramp 1000 --duration 500ms", exits: []int{0, 3}, figures: true}
	appends  = treatment{runs: true, more: " --live-messages 8 --clients 8 --ramp 1000 --duration 500ms", exits: []int{0, 3}, figures: true}
	brief    = treatment{runs: true, more: " --duration 500ms", exits: []int{0, 3}, figures: true}
	shaped   = treatment{runs: true, exits: []int{0, 3}, figures: true, slow: true}
	searches = treatment{runs: true, more: " --clients 4 --ramp 1000 --duration 200ms --drain 10ms --find-limit 'clients<=16'", exits: []int{0, 3, 99}, figures: true, slow: true}
	serves   = treatment{serves: true}
	runs     = treatment{runs: true}
	finds    = treatment{runs: true, finds: true}
	inLnav   = treatment{runs: true, finds: true, fails: "✘ error", atHome: true}

	notInDebian = treatment{except: "it is no package of Debian"}
	endless     = treatment{except: "it does not end"}

	aCluster     = treatment{except: "the tests of deploy/cluster run it"}
	inContainers = treatment{except: "no containers run here; the tests of deploy/cluster try what they are made of"}

	// Each benchmark is run for one round.
	onceAtTop = treatment{runs: true, more: " -benchtime 1x", atTop: true, slow: true}
)

// inCluster is why some commands are not run: they are for several nodes, of which one
// dies.
const inCluster = "the tests of cmd/sseserver kill nodes and engines of a cluster under the same load"

// commands are all that the documents show.
var commands = map[string]treatment{
	// README.md
	// After Ctrl-C, go exits with 1 if it sees the signal before the server's end,
	// and with the server's code otherwise.
	"go run ./cmd/sseserver": {serves: true, atTop: true, exits: []int{0, 1}},
	"go test ./...":          {inCI: "go test ./..."},
	installs:                 {setup: true},
	`curl -s -H 'Content-Type: application/json' -d '{"message":"👩‍🚀!"}' http://127.0.0.1:4400/send`:                                                                                             runs,
	"curl -sN http://127.0.0.1:4400/stream/f44aafbb-70f7-44e8-ae35-97c52c424dbb":                                                                                                                 runs,
	"curl -s -X POST http://127.0.0.1:4400/messages":                                                                                                                                             runs,
	"(echo one; sleep 1; echo two) | curl -sT - -X POST -H 'Content-Type: text/plain' 'http://127.0.0.1:4400/messages/b7f35e60-2c1d-4b9a-8f3e-5d6a7c8e9f01/chunks?complete'":                     runs,
	"curl -N 'http://127.0.0.1:4400/stream/b7f35e60-2c1d-4b9a-8f3e-5d6a7c8e9f01?fault=cut@1'":                                                                                                    {runs: true, exits: []int{56}},
	"curl -N 'http://127.0.0.1:4400/stream/b7f35e60-2c1d-4b9a-8f3e-5d6a7c8e9f01?fault=stall:2s@1,drop:5%&seed=42'":                                                                               runs,
	`curl -N http://127.0.0.1:4400/v1/chat/completions -H 'Content-Type: application/json' -d '{"model":"echo","stream":true,"messages":[{"role":"user","content":"Hi there"}]}'`:                runs,
	`curl http://127.0.0.1:4400/v1/chat/completions -H 'Content-Type: application/json' -H 'X-Stream-Plan: fault=cut@1' -d '{"model":"echo","messages":[{"role":"user","content":"Hi there"}]}'`: {runs: true, exits: []int{56}},
	"curl http://127.0.0.1:4400/v1/models":                                          runs,
	"curl http://127.0.0.1:4400/faults":                                             runs,
	"sseserver --tls-self-signed":                                                   serves,
	"sseload http://127.0.0.1:4400 --clients 1000 --interval 100ms --reconnect 10%": resumes,
	"sseload --insecure https://127.0.0.1:4400 --protocol h2":                       small,
	"sseload --url https://example.org/events --threshold 'ttfe.p99<500ms'":         small,
	"sseload http://127.0.0.1:4400":                                                 small,
	"sseserver logs explain f44aafbb-70f7-44e8-ae35-97c52c424dbb server.log":        {runs: true, figures: true},
	"sseserver logs failed":                                                         {runs: true, exits: []int{1}}, // no file, and nothing on standard input
	"sseserver logs verify":                                                         {runs: true, exits: []int{1}},
	"bench/run --quick":                                                             {except: "it takes three minutes and a quiet machine; .ci/run tests its parts"},

	// configuration.md
	"sseserver --interval 20ms":                                    serves,
	"sseserver --tls-cert cert.pem --tls-key key.pem":              serves,
	"SSESERVER_INTERVAL=20ms sseserver":                            serves,
	"sseserver --help":                                             runs,
	"sseserver --interval 5x":                                      {runs: true, exits: []int{2}},
	"sseserver healthcheck":                                        {runs: true, more: " --addr 127.0.0.1:4400"},
	"SSESERVER_SEND_TOKEN=change-me sseserver --addr 0.0.0.0:4400": serves,
	`curl -s -H 'Authorization: Bearer change-me' -H 'Content-Type: application/json' -d '{"message":"Hi"}' http://127.0.0.1:4400/send`: runs,
	"sseload http://127.0.0.1:4400 --header 'Authorization: Bearer change-me'":                                                          small,
	"SSESERVER_ADMIN_TOKEN=change-me sseserver --admin-addr 0.0.0.0:4401 --admin-hosts admin.example.com":                               serves,
	"curl -s -u :change-me http://127.0.0.1:4401/metrics":                                                                               runs,
	"sseserver --trusted-proxies 127.0.0.1,10.0.0.0/8":                                                                                  serves,
	"go generate ./cmd/sseserver": {inCI: "go generate ./..."},

	// logs.md
	"sseserver": serves,
	"sseserver --log-format json 2>server.log":                         serves,
	"sseserver --log-file server.log":                                  serves,
	"sseserver --log-level debug":                                      serves,
	"curl -X PUT -d level=debug http://127.0.0.1:4401/debug/log-level": runs,
	"sseserver logs verify server.log":                                 finds,
	"sseserver logs summary server.log":                                finds,
	"sseserver logs follow --level warn":                               endless,
	"sseserver logs events stream.closed":                              finds,
	"go generate ./internal/logs":                                      {inCI: "go generate ./..."},

	// logs-howto.md
	`jq -c 'select(.message_id == "5b0e3c0e-8e0f-4f5e-9d5c-2f8f6a1f4a01")' server.log`: finds,
	"sseserver logs":                       {runs: true, exits: []int{2}}, // which says what there is
	"sseserver logs lnav-format --install": inLnav,
	"lnav server.log":                      {except: "it is for a terminal"},
	"curl -H 'Content-Type: application/stream+json' --data-binary @server.log 'http://127.0.0.1:9428/insert/jsonline?_stream_fields=logger&_time_field=time&_msg_field=msg'": notInDebian,
	"sseserver logs failed server.log": {runs: true, finds: true, exits: []int{1}},
	`jq -nc '[inputs] | (reduce .[] as $line ({}; .[$line.previous_stream_id // ""] = true)) as $resumed | .[] | select(.event == "stream.closed" and (.done | not) and ($resumed[.stream_id] | not)) | {time, message_id, "client.address", chunks, total, reason}' server.log`: finds,
	`jq -r 'select(.event == "stream.closed") | .reason' server.log | sort | uniq -c`: finds,
	`lnav -n -c ";SELECT log_time, message_id, [client.address], chunks, total, reason FROM sseserver_log WHERE event = 'stream.closed' AND NOT done AND stream_id NOT IN (SELECT previous_stream_id FROM sseserver_log WHERE previous_stream_id IS NOT NULL)" server.log`: inLnav,
	"hl server.log -q 'event = stream.closed and done = false'":               notInDebian,
	"sseserver logs follow event=stream.closed reason~client":                 endless,
	"sseserver logs explain 5b0e3c0e-8e0f-4f5e-9d5c-2f8f6a1f4a01 server.log":  finds,
	"lnav -n -c ':filter-in 5b0e3c0e-8e0f-4f5e-9d5c-2f8f6a1f4a01' server.log": inLnav,
	"hl server.log -f message_id=5b0e3c0e-8e0f-4f5e-9d5c-2f8f6a1f4a01":        notInDebian,
	`jq -nc '[inputs | select(.event == "stream.closed")] | group_by(."client.address")[] | {"client.address": .[0]."client.address", streams: length, slow: map(select(.reason == "slow_client")) | length, max_lag_ms: map(.max_lag_ms) | max}' server.log`: finds,
	`jq -c 'select(.event == "stream.closed" and .max_lag_ms > 100) | {stream_id, "client.address", max_lag_ms, reason}' server.log`:                                                                                                                          runs,
	`lnav -n -c ";SELECT [client.address], count(*) AS streams, sum(reason = 'slow_client') AS slow, max(max_lag_ms) AS lag FROM sseserver_log WHERE event = 'stream.closed' GROUP BY 1 ORDER BY lag DESC LIMIT 10" server.log`:                               inLnav,
	"hl server.log -q 'max_lag_ms > 100 or event = stream.slow'": notInDebian,
	`jq -r 'select(.event | IN("http.request_rejected", "stream.rejected", "message.rejected")) | [.event, .code // .reason] | @tsv' server.log | sort | uniq -c | sort -rn`:                                                               finds,
	`jq -c 'select(.level == "error") | {time, event, reason, error, stack}' server.log`:                                                                                                                                                   runs,
	`lnav -n -c ";SELECT event, coalesce(code, reason) AS error, count(*) AS requests FROM sseserver_log WHERE event IN ('http.request_rejected', 'stream.rejected', 'message.rejected') GROUP BY 1, 2 ORDER BY requests DESC" server.log`: inLnav,
	"hl server.log -l w": notInDebian,
	`jq -c 'select(.time >= "2026-01-02T18:22" and .time < "2026-01-02T18:23")' server.log`:                     finds,
	`jq -r 'select(.event == "stream.closed") | [.time[:16], .reason] | @tsv' server.log | sort | uniq -c`:      finds,
	"lnav -n -c ':hide-lines-before 2026-01-02T18:22:00' -c ':hide-lines-after 2026-01-02T18:23:00' server.log": inLnav,
	"hl server.log --since 2026-01-02T18:22:00Z --until 2026-01-02T18:23:00Z":                                   notInDebian,
	`tail -F server.log | jq -c 'select(.level == "warn" or .level == "error")'`:                                endless,
	"tail -F server.log | hl -P": endless,

	// security.md
	"sseserver logs follow": endless,
	"SSESERVER_SEND_TOKEN=change-me sseserver --addr 0.0.0.0:4400 --tls-cert cert.pem --tls-key key.pem --cors-origins https://example.com --no-faults": serves,
	`curl -s -o /dev/null -w '%{http_code}\n' -X DELETE http://127.0.0.1:4400/messages/unknown`:                                                         runs,
	"sseserver --version": runs,

	// deploy/cluster/README.md
	"go run ./deploy/cluster --engines 1 --nodes 2":            aCluster,
	"go run ./deploy/cluster --keep data":                      aCluster,
	"go run ./deploy/cluster -- --log-level debug --drain 10s": aCluster,
	"go run ./deploy/cluster --server ./sseserver-next":        aCluster,
	"cd deploy/cluster":                                   inContainers,
	"cp env.example .env":                                 inContainers,
	"docker compose up --build --detach --wait":           inContainers,
	"docker compose kill node-2":                          inContainers,
	"docker compose up --detach":                          inContainers,
	"docker compose up --build --detach --no-deps node-1": inContainers,
	"curl http://127.0.0.1:4400/readyz":                   runs,

	// cluster.md
	"go run ./deploy/cluster": aCluster,
	`curl -s -H 'Content-Type: application/json' -d '{"message":"Hi"}' http://127.0.0.1:4400/send`:      runs,
	"curl -sN http://127.0.0.1:4410/stream/d0a1f8a4-6f3e-4f0c-9c53-0b8e2a7d4c16":                        runs,
	"sseserver --nats nats://10.0.0.1:4222,nats://10.0.0.2:4222,nats://10.0.0.3:4222 --nats-replicas 3": serves,
	"curl -s http://127.0.0.1:4401/metrics | grep ^sseserver_store_":                                    runs,
	`jq -c 'select(.event | startswith("store.")) | {time, event, error, outage_ms}' server.log`:        runs,

	// live.md
	"MODEL_URL=http://127.0.0.1:8000/v1/chat/completions MODEL_KEY=secret-1 node backend.mjs":                                                                                             {stays: true, exits: []int{130}},
	"curl -sS -d 'Why is the sky blue?' http://127.0.0.1:3000":                                                                                                                            runs,
	"curl -sN http://127.0.0.1:4400/stream/3e6b1f0d-94c7-4f0a-b0c2-7a5d8e1c2f36":                                                                                                          runs,
	"MODEL_URL=http://127.0.0.1:8000/v1/chat/completions MODEL_KEY=secret-1 sh ask.sh":                                                                                                    runs,
	"curl -sS -X POST http://127.0.0.1:4400/messages":                                                                                                                                     runs,
	"sh job.sh 9b0f2c4e-3f0a-4a53-9d1d-2a6a0a0c7e21 job.sh bar.html":                                                                                                                      runs,
	"curl -sN http://127.0.0.1:4400/progress/9b0f2c4e-3f0a-4a53-9d1d-2a6a0a0c7e21":                                                                                                        runs,
	`curl -sS -H 'Content-Type: application/json' -d '{"chunk":"Hello "}' 'http://127.0.0.1:4400/messages/7c1f7b2a-58b5-4c0e-9f0f-0d8f0b7d6a10/chunks?position=0'`:                        runs,
	"(echo world; sleep 1; echo and goodbye) | curl -sS -X POST -T - -H 'Content-Type: text/plain' 'http://127.0.0.1:4400/messages/7c1f7b2a-58b5-4c0e-9f0f-0d8f0b7d6a10/chunks?complete'": runs,
	`curl -sS -H 'Content-Type: application/json' -d '{"message":"Hello "}' http://127.0.0.1:4400/messages`:                                                                               runs,
	"curl -sS http://127.0.0.1:4400/messages/52b6e0a7-0c33-4d1e-8b1f-6f0d8c3b9e42":                                                                                                        runs,
	"tail -c +7 text.txt | curl -sS -X POST -T - -H 'Content-Type: text/plain' 'http://127.0.0.1:4400/messages/52b6e0a7-0c33-4d1e-8b1f-6f0d8c3b9e42/chunks?position=1'":                   runs,
	`curl -sS -X PUT -H 'Content-Type: application/json' -d '{"percent":37,"chunk":"Page 37 of 100"}' http://127.0.0.1:4400/messages/52b6e0a7-0c33-4d1e-8b1f-6f0d8c3b9e42/progress`:       runs,
	"curl -sS -X POST http://127.0.0.1:4400/messages/52b6e0a7-0c33-4d1e-8b1f-6f0d8c3b9e42/complete":                                                                                       runs,
	`curl -sS -H 'Content-Type: application/json' -d '{"reason":"out of paper"}' http://127.0.0.1:4400/messages/e1a7c9d0-2f64-4c58-a3b7-1d5e9f8b6c03/fail`:                                runs,
	"curl -sN http://127.0.0.1:4400/stream/52b6e0a7-0c33-4d1e-8b1f-6f0d8c3b9e42":                                                                                                          runs,
	"curl -sN http://127.0.0.1:4400/stream/e1a7c9d0-2f64-4c58-a3b7-1d5e9f8b6c03":                                                                                                          runs,
	"curl -sN http://127.0.0.1:4400/progress/52b6e0a7-0c33-4d1e-8b1f-6f0d8c3b9e42":                                                                                                        runs,

	// chat.md
	"node ask.mjs": runs,
	`curl -sN http://127.0.0.1:4400/v1/chat/completions -H 'Content-Type: application/json' -d '{"model":"echo","stream":true,"messages":[{"role":"user","content":"Hello there!"}]}'`:                                                             {runs: true, figures: true},
	`curl -sN http://127.0.0.1:4400/v1/chat/completions -H 'Content-Type: application/json' -H 'X-Stream-Plan: unit=character&interval=5ms&fault=end@1' -d '{"model":"echo","stream":true,"messages":[{"role":"user","content":"Hello there!"}]}'`: {runs: true, figures: true},
	`curl -s http://127.0.0.1:4400/v1/chat/completions -H 'Content-Type: application/json' -d '{"model":"echo","messages":[]}'`:                                                                                                                    runs,

	// faults.md
	`curl -s -H 'Content-Type: application/json' -d '{"message":"one two three four"}' http://127.0.0.1:4400/send`:                                            runs,
	"curl -sSN 'http://127.0.0.1:4400/stream/8d2f6a34-0b1e-4c57-9a83-2e6d5b7f1c90?unit=word&fault=cut@2'":                                                     {runs: true, exits: []int{56}},
	"curl -sSN -H 'Last-Event-ID: 1' 'http://127.0.0.1:4400/stream/8d2f6a34-0b1e-4c57-9a83-2e6d5b7f1c90?unit=word&fault=cut@2'":                               runs,
	"curl -s 'http://127.0.0.1:4400/stream/8d2f6a34-0b1e-4c57-9a83-2e6d5b7f1c90?fault=cut@2,eol:lf'":                                                          runs,
	`curl -s -o /dev/null -w '%header{x-stream-plan}\n' 'http://127.0.0.1:4400/stream/8d2f6a34-0b1e-4c57-9a83-2e6d5b7f1c90?unit=word&fault=drop:40%&seed=42'`: runs,
	"curl -sN -H 'X-Stream-Plan: interval=20ms&unit=word&fault=end@1' http://127.0.0.1:4400/stream/8d2f6a34-0b1e-4c57-9a83-2e6d5b7f1c90":                      runs,
	"sseserver --fault 'first:300ms,jitter:50ms,cut:1%'":                                                                                                      serves,
	"go generate ./internal/fault": {inCI: "go generate ./..."},
	"sseserver --no-faults":        serves,
	`jq -c 'select(.event == "stream.fault") | {fault, position, stream_id}' server.log`:  runs,
	`jq -r 'select(.event == "stream.fault").fault' server.log | sort | uniq -c`:          runs,
	`curl -s http://127.0.0.1:4401/metrics | grep '^sseserver_faults_total{fault="cut"}'`: runs,

	// metrics.md
	"curl -s http://127.0.0.1:4401/metrics | grep ^sseserver_": runs,

	// sseload.md
	"sseload http://127.0.0.1:4400 --clients 1000 --interval 100ms --reconnect 10% --html report.html":                                                                                     resumes,
	"sseload http://127.0.0.1:4400 --clients 5000 --interval 100ms --html report.html --json report.json":                                                                                  small,
	"sseload http://127.0.0.1:4400 --kind progress --reconnect 20%":                                                                                                                        small,
	"sseload http://127.0.0.1:4400 --protocol h2c --clients 2000":                                                                                                                          small,
	"sseload http://127.0.0.1:4400 --threshold 'lateness.p99<50ms' --threshold 'goodput>=99.9%'":                                                                                           small,
	"sseload http://127.0.0.1:4400 --clients 100 --fault cut@8,drop:5%,stall:300ms@5,retry:100ms":                                                                                          few,
	"sseload --live http://127.0.0.1:4400 --clients 20 --duration 3s":                                                                                                                      few,
	"sseload --live http://127.0.0.1:4400 --live-messages 2000 --append-rate 5":                                                                                                            appends,
	`sseload http://127.0.0.1:4400 http://127.0.0.1:4410 http://127.0.0.1:4420 --clients 500 --duration 1m --threshold 'outage.p99<3s' --threshold 'truncated>=0' --threshold 'errors>=0'`: {except: inCluster},
	`sseload --live http://127.0.0.1:4400 http://127.0.0.1:4410 http://127.0.0.1:4420 --live-messages 500 --clients 1500 --append-rate 1 --duration 1m --threshold 'outage.p99<10s' --threshold 'stall.max<10s' --threshold 'truncated>=0' --threshold 'errors>=0'`: {except: inCluster},
	"sseload --live http://127.0.0.1:4400 --pipe --append-bytes 200 --reconnect 20%": few,
	`sseload --preset openai http://127.0.0.1:8000/v1/chat/completions --body-file chat.json --data users.csv --header 'Authorization: Bearer {token}' --clients 3 --think 100ms --threshold 'ttfe.p99<2s' --threshold 'itl.p99<500ms'`: brief,
	`sseload --url http://127.0.0.1:8080/sub/news --publish-url http://127.0.0.1:8080/pub/news --publish-body '{"n":{n}}' --publish-rate 20`:                                                                                            few,
	"sseload --url https://127.0.0.1:8443/events --insecure --protocol h2 --header 'Authorization: Bearer change-me'":                                                                                                                   few,
	"sseload https://127.0.0.1:4400 --insecure --protocol h2 --header 'Authorization: Bearer change-me'":                                                                                                                                small,
	`sseload --method POST http://127.0.0.1:8000/v1/chat/completions --body-file chat.json --data users.csv --header 'Authorization: Bearer {token}' --clients 3 --expect-done 'data:[DONE]'`:                                           brief,
	"sseload --url https://example.org/events --clients 50 --duration 1m":                                                                                                                                                               small,
	"sseload http://127.0.0.1:4400 --stages 1s:20,2s:50,1s:0":                                                                                                                                                                           shaped,
	"sseload http://127.0.0.1:4400 --arrivals 20 --message 'Hello!'":                                                                                                                                                                    brief,
	"sseload http://127.0.0.1:4400 --find-limit 'lateness.p99<50ms'":                                                                                                                                                                    searches,
	"sseload http://127.0.0.1:4400 http://127.0.0.1:4400 --reconnect 10%":                                                                                                                                                               resumes,
	"sseload http://127.0.0.1:4400 -d 3s --json one.json & sseload http://127.0.0.1:4400 -d 3s --json two.json; wait":                                                                                                                   {runs: true, slow: true},
	"sseload merge one.json two.json --json both.json --html both.html":                                                                                                                                                                 {runs: true, exits: []int{0, 3, 99}, slow: true},
	"sseload http://127.0.0.1:4400 --metrics-addr 127.0.0.1:9464":                                                                                                                                                                       small,
	"sseload http://127.0.0.1:4400 --csv time.csv --junit verdicts.xml --hgrm lateness.hgrm":                                                                                                                                            small,
	"sseload http://127.0.0.1:4400 --json - > report.json":                                                                                                                                                                              small,
	"sseload schema": runs,
	"sseload http://127.0.0.1:4400 --json before.json":                       small,
	"sseload http://127.0.0.1:4400 --json after.json":                        small,
	"sseload compare before.json after.json":                                 runs,
	"sseload compare before.json after.json --threshold 'lateness.p99<1.1x'": {runs: true, exits: []int{0, 3, 99}},
	"sseload --url https://127.0.0.1:8443/events --insecure --header 'Authorization: Bearer change-me' --timestamp data.sent_at --unit ms": few,
	"sseload --help": runs,

	// development.md
	"go tool -modfile=tools/go.mod air -c tools/air.toml":                      {serves: true, atTop: true, slow: true},
	"go tool -modfile=tools/go.mod air -c tools/air.toml -- --log-level debug": {serves: true, atTop: true, slow: true},
	"go run ./cmd/sseserver --assets assets":                                   {serves: true, atTop: true, exits: []int{0, 1}},
	".ci/run":                                                                  {except: "CI is this command"},
	"go vet ./...":                                                             {inCI: "go vet ./..."},
	"go test -race ./...":                                                      {inCI: "go test -race -count=1 ./..."},
	"go test -tags portable ./internal/eventsource ./internal/wire":            {inCI: "go test -tags portable ./internal/eventsource ./internal/wire"},
	"tools/h2spec":                                                             {inCI: "tools/h2spec"},
	"go tool -modfile=tools/go.mod staticcheck ./...":                          {inCI: "tool staticcheck ./..."},
	"go tool -modfile=tools/go.mod gofumpt -l .":                               {inCI: "tool gofumpt -l ."},
	"go generate ./...":                                                        {inCI: "go generate ./..."},
	"go test -run '^$' -bench . -count 6 ./internal/metrics > old.txt":         onceAtTop,
	"go test -run '^$' -bench . -count 6 ./internal/metrics > new.txt":         onceAtTop,
	"go tool -modfile=tools/go.mod benchstat old.txt new.txt":                  {runs: true, atTop: true, slow: true},
	"go test ./cmd/sseserver -run TestGallery -update":                         {except: "it overwrites pictures that somebody has looked at"},
	"taskset -c 0 go test -run '^$' -bench . -cpu 1 ./broker":                  onceAtTop,
	"go test -run '^$' -bench Lines -cpu 1 ./internal/logs":                    onceAtTop,
	"go test -run '^$' -bench Logs -cpu 1 ./internal/logs/reading":             onceAtTop,
}
