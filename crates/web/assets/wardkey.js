// Enhances pages that work without it: the menu on a phone, showing a password, focus on errors.
import { initAll } from './nhsuk.js'

document.body.classList.add('js-enabled')
if ('noModule' in HTMLScriptElement.prototype) {
  document.body.classList.add('nhsuk-frontend-supported')
}
initAll()
