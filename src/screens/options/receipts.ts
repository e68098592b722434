import { signal } from '@preact/signals'
import { type Receipt, receiptNews } from '../../shared/receipt'
import { ask, explain } from '../ui/ask'
import { refusal } from '../ui/connect'

/** The activity log as it was read last, the newest first; undefined until it is known. */
export const receipts = signal<Receipt[] | undefined>(undefined)

/** Keeps `receipts` at what the background has, until the function that it returns is called. */
export function watchReceipts(): () => void {
  const channel = new BroadcastChannel(receiptNews)
  let isAsking = false
  let isBehind = true
  let isOver = false
  const look = async () => {
    isBehind = true
    if (isAsking) return
    isAsking = true
    // What changes while an answer is on its way may not be in it.
    while (isBehind && !isOver) {
      isBehind = false
      try {
        receipts.value = await ask('receipts', {})
      } catch (error) {
        refusal.value = explain(error)
      }
    }
    isAsking = false
  }
  channel.onmessage = look
  void look()
  return () => {
    isOver = true
    channel.close()
  }
}
