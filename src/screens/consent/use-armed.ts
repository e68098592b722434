import { useEffect, useState } from 'preact/hooks'

/**
 * Whether a click may count: true once the window has been on screen for `delay` ms without a break, with the same
 * `question` in it. It starts over each time the window comes into view or gets the focus, or the question becomes
 * another one, since the click of that moment may have been meant for what was there before.
 */
export function useArmed(delay: number, question: string): boolean {
  // The question itself, since a new one has to be dead from the very frame in which it is drawn.
  const [armedFor, setArmed] = useState<string>()
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let frame = 0
    const disarm = () => {
      clearTimeout(timer)
      cancelAnimationFrame(frame)
      setArmed(undefined)
    }
    const arm = () => {
      disarm()
      if (document.visibilityState !== 'visible') return
      // The second frame comes after the first one was painted.
      frame = requestAnimationFrame(() => {
        frame = requestAnimationFrame(() => {
          timer = setTimeout(() => setArmed(question), delay)
        })
      })
    }
    const stop = new AbortController()
    document.addEventListener('visibilitychange', arm, stop)
    window.addEventListener('focus', arm, stop)
    arm()
    return () => {
      stop.abort()
      disarm()
    }
  }, [delay, question])
  return armedFor === question
}
