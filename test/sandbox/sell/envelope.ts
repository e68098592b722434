import { randomUUID } from 'node:crypto'
import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'

const MORE = 'https://developers.getbase.com/docs/rest/articles/errors'

type ApiError = { code: string; message: string; details: string; resource?: string; field?: string }

/** An error in the envelope of Sell's documentation "Errors": `logref` repeats the header. */
export function fail(
  context: Context,
  status: ContentfulStatusCode,
  reason: string,
  error: ApiError,
): Response {
  const logref = randomUUID()
  return context.json(
    {
      errors: [{ error, meta: { type: 'error', links: { more_info: MORE } } }],
      meta: { type: 'errors', http_status: `${status} ${reason}`, logref, links: { more_info: MORE } },
    },
    status,
    { 'x-request-id': logref },
  )
}

export const invalidParam = (context: Context, details: string) =>
  fail(context, 400, 'Bad Request', {
    code: 'invalid_param',
    message: 'A query parameter is invalid.',
    details,
  })

/** Sell's answer for a path that it does not know. Its well-known addresses were seen to give this one. */
export function incorrectPath(context: Context): Response {
  return fail(context, 404, 'Not Found', {
    code: 'incorrect_path',
    message: 'The path does not exist.',
    details: `The requested path ${context.req.path} does not exist.`,
  })
}

export const notFound = (context: Context, resource: string) =>
  fail(context, 404, 'Not Found', {
    code: 'not_found',
    message: 'The resource does not exist.',
    details: `The requested ${resource} does not exist or is not visible to you.`,
    resource,
  })
