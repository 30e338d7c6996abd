// What two clients make of the same bytes: one that trusts the end of the body, and one that asks for more.

/**
 * readings answers what each client makes of an answer that has ended:
 *   trusting, careful   {takes, says}: whether it takes it for the answer, and why
 *   whole, summary      what is true: whether it is the answer, and what to say
 * `came` is what there is of it: the tokens, their text, and the question, which this server gives back.
 */
export function readings(end, came) {
  const same = came.text === came.question;
  const [careful, summary] = readCarefully(end, came.tokens, same);
  return {trusting: trust(end, came.tokens, same), careful, whole: careful.takes && same, summary};
}

function trust({broken}, tokens, same) {
  if (broken) return {takes: false, says: `It reports an error after ${counted(tokens)}: ${inside(broken)}.`};
  return {takes: true, says: `The body has ended, so this is the answer: ${counted(tokens)}.${same ? '' : ' It is wrong, and nothing tells it so.'}`};
}

function readCarefully({broken, finish, done, usage}, tokens, same) {
  const refuses = (says) => ({takes: false, says: `${says}. It asks again.`});
  if (!finish || !done) {
    return [
      refuses(`Not complete: ${missing(finish, done)}${broken && `, and ${inside(broken)}`}`),
      finish && !broken ? `Not confirmed: ${counted(tokens)}` : `Truncated after ${counted(tokens)}`,
    ];
  }
  if (usage && usage.completion_tokens !== tokens) {
    return [refuses(`Not what was sent: usage counts ${counted(usage.completion_tokens)}, and ${tokens} came`), `Not what was sent: ${counted(tokens)}`];
  }
  const says = 'Complete: finish_reason and [DONE] came.';
  if (same) return [{takes: true, says}, `Complete: ${counted(tokens)}`];
  return [{takes: true, says: `${says} It is wrong, and nothing tells it so.`}, `Not what was sent: ${counted(tokens)}`];
}

function missing(finish, done) {
  if (finish) return 'finish_reason came, but [DONE] did not';
  return done ? '[DONE] came without a finish_reason' : 'neither finish_reason nor [DONE] came';
}

/** counted is "1 token" or "3 tokens". */
export function counted(tokens) {
  return `${tokens} token${tokens === 1 ? '' : 's'}`;
}

// inside is a sentence as part of another one.
function inside(sentence) {
  return sentence[0].toLowerCase() + sentence.slice(1).replace(/\.$/, '');
}
