// The camera of the "Add an account" screen.
import { cannotScan, scan } from '../scan';
import { h } from '../view/h';
import { button, paragraph } from '../view/parts';
import { redraw, say } from '../view/stage';

export type Camera = { element: HTMLElement; stop: () => void };

/** A button that opens the camera; `found` gets what the QR code says. Without a camera's interface there is nothing. */
export function camera(found: (text: string) => void): Camera {
  const element = h('div', { id: 'camera' });
  let running: AbortController | undefined;
  const stop = () => running?.abort();
  const closed = (problem = '') => redraw(element,
    button('Scan a QR code', 'secondary', () => void open(), { id: 'scan' }),
    problem ? h('p', { class: 'nhsuk-error-message', id: 'scan-error' }, problem) : null);
  const open = async () => {
    const stopper = running = new AbortController();
    const video = h('video', { class: 'authenticator-camera', playsinline: true, 'aria-label': 'What the camera sees' });
    redraw(element, paragraph('Hold the QR code in front of the camera.'), video,
      button('Stop the camera', 'secondary', () => {
        stop();
        document.getElementById('scan')?.focus();
      }, { id: 'stop-scan' }));
    document.getElementById('stop-scan')?.focus();
    // A hidden page has no business with the camera.
    document.addEventListener('visibilitychange', () => { if (document.hidden) stop(); }, { signal: stopper.signal });
    try {
      const text = await scan(video, stopper.signal);
      closed();
      if (text !== undefined) found(text);
    } catch (error) {
      const problem = cannotScan(error);
      closed(problem);
      say(problem);
      document.getElementById('scan')?.focus();
    } finally {
      stopper.abort();
    }
  };
  if ('mediaDevices' in navigator) closed();
  return { element, stop };
}
