// The clipboard, also where the browser closes it to pages: those over plain HTTP from another machine.

/** Copier makes a button copy the text that text() answers. */
export class Copier {
  constructor(button, text) {
    const label = button.textContent;
    button.addEventListener('click', async () => {
      button.textContent = await copy(text()) ? 'Copied' : 'Not copied';
      button.addEventListener('blur', () => { button.textContent = label; }, {once: true});
    });
  }
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyAsEvent(text);
  }
}

// A copy that the reader asked for may carry any text.
function copyAsEvent(text) {
  const fill = (event) => {
    event.clipboardData.setData('text/plain', text);
    event.preventDefault();
  };
  document.addEventListener('copy', fill, {once: true});
  const copied = document.execCommand('copy');
  document.removeEventListener('copy', fill);
  return copied;
}
