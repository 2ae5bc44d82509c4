// Asks a security key or a passkey, on a page whose form says what to ask. Without script such a page names another way.
const bytes = (text) => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0))
const text = (buffer) => {
  const binary = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join('')
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
const named = (keys) => keys?.map((key) => ({ ...key, id: bytes(key.id) }))

// From the JSON of the standard to what the browser takes, and back: not every browser can do it by itself.
const asked = (options) => ({
  ...options,
  challenge: bytes(options.challenge),
  ...(options.user && { user: { ...options.user, id: bytes(options.user.id) } }),
  ...(options.excludeCredentials && { excludeCredentials: named(options.excludeCredentials) }),
  ...(options.allowCredentials && { allowCredentials: named(options.allowCredentials) }),
})
const answered = ({ id, rawId, type, response }) => {
  const parts = ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle']
  const sent = parts.filter((part) => response[part]).map((part) => [part, text(response[part])])
  const transports = response.getTransports?.()
  return JSON.stringify({
    id, type, rawId: text(rawId), clientExtensionResults: {},
    response: { ...Object.fromEntries(sent), ...(transports && { transports }) },
  })
}

const supported = 'credentials' in navigator && 'PublicKeyCredential' in window

// One request at a time: whoever presses a button takes the place of what waits in the background.
let waiting
const ask = async (kind, options, mediation) => {
  waiting?.abort()
  const mine = new AbortController()
  waiting = mine
  try {
    const request = { publicKey: asked(options), signal: mine.signal, ...(mediation && { mediation }) }
    return answered(await navigator.credentials[kind](request))
  } catch (error) {
    // What another request took the place of has not failed.
    if (mine.signal.aborted) return undefined
    throw error
  }
}

const send = (form, field, value) => {
  form.elements[field].value = value
  form.submit()
}

const form = document.querySelector('form[data-key]')
if (form) {
  const status = form.querySelector('[data-key-status]')
  const run = async (byItself) => {
    status.textContent = form.dataset.waiting
    try {
      if (!supported) throw new DOMException('', 'Unsupported')
      const answer = await ask(form.dataset.key, JSON.parse(form.dataset.options))
      if (answer) send(form, 'answer', answer)
    } catch (error) {
      // Some browsers want the button pressed first: that is no failure.
      status.textContent = byItself ? form.dataset.ready : ''
      if (!byItself) send(form, 'failure', error.name)
    }
  }
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    run(false)
  })
  if (form.hasAttribute('data-auto') && supported) run(true)
}

// The first page of a sign-in: passkeys stand among the addresses that the browser offers, and behind a button.
const passkey = document.querySelector('form[data-passkey]')
if (passkey && supported) {
  const options = fetch(passkey.dataset.passkey).then((answer) => (answer.ok ? answer.json() : undefined))
  let pressed = false
  passkey.hidden = false
  passkey.addEventListener('submit', async (event) => {
    event.preventDefault()
    pressed = true
    try {
      const answer = await ask('get', await options)
      if (answer) send(passkey, 'answer', answer)
    } catch (error) {
      send(passkey, 'failure', error.name)
    }
  })
  const canWait = await PublicKeyCredential.isConditionalMediationAvailable?.()
  const what = await options
  if (canWait && what && !pressed) {
    ask('get', what, 'conditional').then((answer) => answer && send(passkey, 'answer', answer), () => {})
  }
}
