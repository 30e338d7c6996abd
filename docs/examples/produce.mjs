// Runs a command and appends what it prints to a live message: node docs/examples/produce.mjs ping -c 5 localhost
import {spawn} from 'node:child_process';
import {setTimeout as pause} from 'node:timers/promises';

// Repeats what was not answered, or with 503. A chunk that is there already is refused, with the position after it.
async function post(path, body = {}) {
  const headers = {'Content-Type': 'application/json', Authorization: `Bearer ${process.env.TOKEN}`};
  for (const url = (process.env.SERVER ?? 'http://127.0.0.1:4400') + path; ; await pause(1000)) {
    const response = fetch(url, {method: 'POST', headers, body: JSON.stringify(body)});
    const answer = await response.then((head) => head.status < 500 && head.json()).catch(() => {});
    if (answer) return answer;
  }
}

const message = `/messages/${(await post('/messages')).messageId}`;
console.log(message);
const command = spawn(process.argv[2], process.argv.slice(3), {stdio: ['inherit', 'pipe', 'inherit']});
const exit = new Promise((resolve) => command.on('error', resolve).on('close', resolve));
try {
  let position = 0;
  for await (const chunk of command.stdout.setEncoding('utf8')) {
    const answer = await post(`${message}/chunks?position=${position}`, {chunk});
    if (answer.position !== ++position) throw new Error(`refused: ${answer.detail}`);
  }
  if (await exit !== 0) throw new Error(`exit status ${await exit}`);
  await post(`${message}/complete`);
} catch (error) {
  await post(`${message}/fail`, {reason: error.message});
  throw error;
}
