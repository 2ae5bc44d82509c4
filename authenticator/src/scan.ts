// Reads a QR code from the camera: by the browser where it can, else by our own decoder.
import { decodeQR } from 'qr/decode.js';

/** How often a picture is looked at. */
const EVERY = 150;
/** Pictures are shrunk to this: larger ones cost time and tell no more. */
const LARGEST = 800;
/** `HTMLMediaElement.HAVE_CURRENT_DATA`. */
const HAS_PICTURE = 2;

type Detector = { detect(video: HTMLVideoElement): Promise<{ rawValue: string }[]> };
type DetectorClass = { new (options: { formats: string[] }): Detector; getSupportedFormats(): Promise<string[]> };

/** What the first QR code that is seen says; nothing when `stop` comes before. The camera is off in the end. */
export async function scan(video: HTMLVideoElement, stop: AbortSignal): Promise<string | undefined> {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' }, audio: false });
  try {
    video.srcObject = stream;
    // A camera that gives no picture must not hold up whoever stops it.
    video.play().catch(() => undefined);
    let read = await browserReader() ?? ownReader();
    while (!stop.aborted) {
      try {
        const text = video.readyState >= HAS_PICTURE ? await read(video) : undefined;
        if (text) return text;
      } catch {
        // Some browsers have the class and nothing behind it.
        read = ownReader();
      }
      await new Promise((resolve) => setTimeout(resolve, EVERY));
    }
    return undefined;
  } finally {
    stream.getTracks().forEach((track) => track.stop());
    video.srcObject = null;
  }
}

type Reader = (video: HTMLVideoElement) => Promise<string | undefined>;

async function browserReader(): Promise<Reader | undefined> {
  const { BarcodeDetector } = globalThis as { BarcodeDetector?: DetectorClass };
  if (!BarcodeDetector || !(await BarcodeDetector.getSupportedFormats()).includes('qr_code')) return undefined;
  const detector = new BarcodeDetector({ formats: ['qr_code'] });
  return async (video) => (await detector.detect(video))[0]?.rawValue;
}

function ownReader(): Reader {
  const canvas = document.createElement('canvas');
  const pen = canvas.getContext('2d', { willReadFrequently: true });
  return async (video) => {
    const scale = Math.min(1, LARGEST / Math.max(video.videoWidth, video.videoHeight));
    [canvas.width, canvas.height] = [Math.floor(video.videoWidth * scale), Math.floor(video.videoHeight * scale)];
    if (!pen || canvas.width === 0 || canvas.height === 0) return undefined;
    pen.drawImage(video, 0, 0, canvas.width, canvas.height);
    try {
      return decodeQR(pen.getImageData(0, 0, canvas.width, canvas.height));
    } catch {
      // There is no QR code in this picture.
      return undefined;
    }
  };
}

/** Why the camera did not come on, in words. */
export function cannotScan(error: unknown): string {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError') {
    return 'This app may not use the camera. Allow it in your browser’s settings for this site, or paste the link';
  }
  if (name === 'NotFoundError') return 'No camera was found. Paste the link instead';
  if (name === 'NotReadableError') return 'The camera is in use by another app. Close that, or paste the link';
  return 'The camera could not be used. Paste the link instead';
}
