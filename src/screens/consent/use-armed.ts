import { useEffect, useState } from 'preact/hooks'

/**
 * Whether a click may count: true once the window has been on screen for `delay` ms without a break. It starts over
 * each time the window comes into view or gets the focus, since the click that brought it there may have been meant
 * for what lay beneath it.
 */
export function useArmed(delay: number): boolean {
  const [isArmed, setArmed] = useState(false)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let frame = 0
    const disarm = () => {
      clearTimeout(timer)
      cancelAnimationFrame(frame)
      setArmed(false)
    }
    const arm = () => {
      disarm()
      if (document.visibilityState !== 'visible') return
      // The second frame comes after the first one was painted.
      frame = requestAnimationFrame(() => {
        frame = requestAnimationFrame(() => {
          timer = setTimeout(() => setArmed(true), delay)
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
  }, [delay])
  return isArmed
}
