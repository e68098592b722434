import { AppError } from '../shared/errors'
import { type Method, methodOf } from '../shared/receipt'
import type { Access } from '../shared/view'

/** The method of a brokered call. Throws `bad-request` for one that is not brokered. */
export function brokeredMethod(name: string | undefined): Method {
  const method = methodOf(name)
  if (!method) throw new AppError('bad-request')
  return method
}

/** What access a call needs. Throws `bad-request` for a method that is not brokered. */
export function accessOf(name: string | undefined): Access {
  const method = brokeredMethod(name)
  return method === 'GET' || method === 'HEAD' ? 'read' : 'change'
}
