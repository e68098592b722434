import { speaker } from './speaker'

/** What several screens say. */
export const say = speaker({
  dealpass: 'Dealpass',
  unknownAccount: 'unknown account',
  connectionName: '{provider} – {account}',
  notConnected: 'Not connected',
  waiting: 'Waiting for your permission',
  waitingHint: 'answer the browser’s question, or cancel and connect again',
  connecting: 'Connecting',
  connectingHint: 'sign in in the window that opened',
  connectedAs: 'Connected as {account}',
  needsAttention: 'Needs attention',
  disconnecting: 'Disconnecting',
  disconnectingHint: 'nothing can use this login any more',
  locked: 'Locked',
  paused: 'paused',
  notAnswering: '{provider} does not answer; your login is safe',
  notGiven: 'Not given: {scopes}.',
  connect: 'Connect',
  addAccount: 'Add account',
  cancel: 'Cancel',
  reconnect: 'Reconnect',
  disconnect: 'Disconnect',
  undo: 'Undo',
  buttonName: '{action} {target}',
})
