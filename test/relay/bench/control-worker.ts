import { forwards } from './forwards'

let app: ReturnType<typeof forwards> | undefined

export default {
  fetch(request: Request, { UPSTREAM, TOKEN }: { UPSTREAM: string; TOKEN: string }) {
    app ??= forwards(UPSTREAM, TOKEN)
    return app.fetch(request)
  },
}
