// Reads what a server answers, but not without end.

/** How many bytes of an answer are read: far more than 20 accounts with their requests need. */
export const LARGEST_BODY = 256 * 1024;

/** The JSON of an answer. Throws when it is none, or too large; then no more of it is fetched. */
export async function jsonOf(answer: Response): Promise<unknown> {
  const text = new TextDecoder();
  let [read, size] = ['', 0];
  const reader = answer.body?.getReader();
  for (;;) {
    const part = await reader?.read();
    if (part?.value === undefined) return JSON.parse(read + text.decode());
    size += part.value.length;
    if (size > LARGEST_BODY) {
      await reader?.cancel();
      throw new RangeError('the answer is too large');
    }
    read += text.decode(part.value, { stream: true });
  }
}
