import type { PathTemplate } from '../../../src/shared/receipt'

export const pathTemplate = (url: URL) => `${url.pathname}${url.search}` as PathTemplate
