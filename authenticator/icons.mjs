// Draws the app's icons, a white shield with a key in it, as PNG [ISO/IEC 15948]. No drawing is copied from anywhere.
import { deflateSync } from 'node:zlib';

const GROUND = [0x1d, 0x3c, 0x4a];
const WHITE = [0xff, 0xff, 0xff];
/** Each point is looked at this many times in both directions, for smooth edges. */
const FINE = 4;

/**
 * A PNG of `size` points square. `rounded` has corners that can be seen through; `square` has none, as Apple rounds by
 * itself; `maskable` keeps everything inside the circle that a phone may cut out.
 */
export function icon(size, shape) {
  const scale = shape === 'maskable' ? 0.66 : 0.86;
  const rows = [];
  for (let y = 0; y < size; y += 1) {
    const row = Buffer.alloc(1 + size * 4);
    for (let x = 0; x < size; x += 1) {
      let [white, solid] = [0, 0];
      for (let part = 0; part < FINE * FINE; part += 1) {
        const at = (point, fraction) => ((point + (fraction + 0.5) / FINE) / size) * 2 - 1;
        const [u, v] = [at(x, part % FINE), at(y, Math.floor(part / FINE))];
        if (shape === 'rounded' && !inRounded(u, v)) continue;
        solid += 1;
        if (inShield(u / scale, v / scale) && !inKey(u / scale, v / scale)) white += 1;
      }
      const share = solid === 0 ? 0 : white / solid;
      const colour = GROUND.map((ground, index) => Math.round(ground + (WHITE[index] - ground) * share));
      row.set([...colour, Math.round((solid / (FINE * FINE)) * 255)], 1 + x * 4);
    }
    rows.push(row);
  }
  return png(size, Buffer.concat(rows));
}

// Everything is drawn in a square from -1 to 1, y downwards.

function inRounded(u, v) {
  const radius = 0.375;
  const [dx, dy] = [Math.abs(u) - (1 - radius), Math.abs(v) - (1 - radius)];
  return dx <= 0 || dy <= 0 || Math.hypot(dx, dy) <= radius;
}

/** Straight sides, and below them two arcs that meet in a point. */
function inShield(u, v) {
  const [half, top, bend, tip] = [0.68, -0.78, -0.05, 0.88];
  if (v < top || v > tip) return false;
  if (v <= bend) return Math.abs(u) <= half;
  const depth = tip - bend;
  const radius = (depth * depth + half * half) / (2 * half);
  return Math.abs(u) <= Math.sqrt(radius * radius - (v - bend) ** 2) - (radius - half);
}

/** A ring, a stem to the right of it and a tooth: the key of the pages' own small icon. */
function inKey(u, v) {
  const middle = -0.14;
  const ring = Math.abs(Math.hypot(u + 0.2, v - middle) - 0.2) <= 0.065;
  const stem = u >= 0.02 && u <= 0.5 && Math.abs(v - middle) <= 0.065;
  const tooth = u >= 0.3 && u <= 0.43 && v >= middle && v <= middle + 0.24;
  return ring || stem || tooth;
}

function png(size, rows) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  // Eight bits for each of red, green, blue and opacity.
  header.set([8, 6, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header), chunk('IDAT', deflateSync(rows, { level: 9 })), chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(name, data) {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** The checksum of a chunk [ISO/IEC 15948, annex D]; Node has its own only since version 22. */
function crc32(bytes) {
  let sum = 0xffff_ffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb8_8320 : 0);
  }
  return (sum ^ 0xffff_ffff) >>> 0;
}
