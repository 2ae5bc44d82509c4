// Goes on by itself when the app has moved, on a page that waits for it; without script the page has a button.
const form = document.querySelector('[data-wait]')

if (form && 'EventSource' in window) {
  // When the stream ends the browser connects anew; the page is looked at anew then, too.
  const events = new EventSource(form.dataset.wait)
  events.addEventListener('changed', () => {
    events.close()
    form.requestSubmit()
  })
  // Whoever chooses another way takes the request back, which is a change, too: it must not overtake them.
  document.addEventListener('submit', () => events.close())
  window.addEventListener('pagehide', () => events.close())
}
