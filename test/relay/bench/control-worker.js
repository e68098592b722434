// The control on workerd.
export default {
  fetch(request, { UPSTREAM, TOKEN }) {
    const { pathname, search } = new URL(request.url)
    const headers = { authorization: `Bearer ${TOKEN}`, accept: 'application/json' }
    return fetch(`${UPSTREAM}${pathname.slice('/api/sellytics'.length)}${search}`, { headers })
  },
}
