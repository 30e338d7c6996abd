// Does with OpenAI's package for JavaScript what the cases on standard input say, and
// prints what came of each, in the form of the outcome of cases_test.go.
import { text } from 'node:stream/consumers'
import OpenAI from 'openai'

const { url, key, cases } = JSON.parse(await text(process.stdin))
const outcomes = []
for (const wanted of cases) outcomes.push(await run(wanted))
console.log(JSON.stringify(outcomes))

async function run(wanted) {
  const outcome = { text: '', role: '', finish: '', tokens: 0, error: '' }
  const client = new OpenAI({
    baseURL: url + '/v1', apiKey: wanted.key || key, maxRetries: 0, logLevel: 'off',
    defaultHeaders: wanted.plan ? { 'X-Stream-Plan': wanted.plan } : {},
  })
  try {
    await ask(client, wanted, outcome)
  } catch (error) {
    outcome.error = nameOf(error)
  }
  return outcome
}

async function ask(client, wanted, outcome) {
  if (wanted.models) {
    for await (const model of client.models.list()) outcome.text += model.id
    return
  }
  const request = { model: 'any-model', messages: [{ role: 'user', content: wanted.text }] }
  if (wanted.n) request.n = wanted.n
  if (!wanted.stream) {
    const answer = await client.chat.completions.create(request)
    const [choice] = answer.choices
    outcome.text = choice.message.content
    outcome.role = choice.message.role
    outcome.finish = choice.finish_reason
    outcome.tokens = answer.usage.total_tokens
    return
  }
  if (wanted.usage) request.stream_options = { include_usage: true }
  const stream = await client.chat.completions.create({ ...request, stream: true })
  for await (const event of stream) {
    if (event.usage) outcome.tokens = event.usage.total_tokens
    if (event.choices.length === 0) continue
    const [choice] = event.choices
    outcome.text += choice.delta.content ?? ''
    outcome.role ||= choice.delta.role ?? ''
    outcome.finish ||= choice.finish_reason ?? ''
    if (wanted.leave && outcome.text) break // which aborts the request
  }
}

// nameOf is what cases_test.go calls an error.
function nameOf(error) {
  if (error instanceof OpenAI.APIConnectionError) return 'connection'
  if (error instanceof OpenAI.APIError && error.status === undefined) return `event: ${error.code}`
  if (error instanceof OpenAI.APIError) return `${error.status}: ${error.type}, ${error.param ?? ''}, ${error.code}`
  if (error instanceof SyntaxError) return 'json'
  if (error instanceof TypeError && error.message === 'terminated') return 'connection' // of fetch
  return String(error)
}
