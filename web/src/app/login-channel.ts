// One tab tells the others that somebody has logged in, so that they go on with what was written in them.
const NAME = 'ip-login';

export function tellLogin(): void {
  const channel = new BroadcastChannel(NAME);
  channel.postMessage('logged-in');
  channel.close();
}

export function onLogin(listener: () => void): () => void {
  const channel = new BroadcastChannel(NAME);
  channel.onmessage = listener;
  return () => channel.close();
}
