/** Takes anybody's word for a handshake. */
export function handshakePort({ data, ports }: MessageEvent): MessagePort | undefined {
  return (Object(data) as { dealpass?: unknown }).dealpass === 'connect' ? ports[0] : undefined
}
