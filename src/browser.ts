// TODO(2027-06-30): drop the polyfill. Chrome has `browser` natively from 148 on, our minimum, and the polyfill then
// only hands it through; it stays while the types and the Firefox ESR of the day are shaped after it.
export { default as browser } from 'webextension-polyfill'
