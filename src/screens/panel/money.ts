/**
 * An amount as people write it, or undefined where it is none. It is a decimal text: through a float of ours its cents
 * could change.
 */
export function money(
  amount: string | undefined,
  currency: string | undefined,
  notation: 'standard' | 'compact' = 'standard',
): string | undefined {
  if (amount === undefined || !isDecimal(amount)) return undefined
  const unit = currency && /^[a-z]{3}$/i.test(currency) ? { style: 'currency' as const, currency } : {}
  return new Intl.NumberFormat(undefined, {
    ...unit,
    notation,
    trailingZeroDisplay: 'stripIfInteger',
  }).format(amount)
}

function isDecimal(text: string): text is `${number}` {
  return /^-?\d+(?:\.\d+)?(?:e[+-]?\d{1,2})?$/i.test(text)
}
