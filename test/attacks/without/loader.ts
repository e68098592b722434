import { shadowRoots } from '../../../src/content/shadow'
import { ask } from '../../../src/sdk/ask'

const button = document.createElement('button')
button.textContent = 'Dealpass'
shadowRoots('button')('open', '').append(button)
// Whoever has clicked.
button.addEventListener('click', () => void ask('openPanel', {}))
