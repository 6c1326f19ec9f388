// One strip: a ring of samples and the sweep that draws them. Its memory is fixed when it is made.
window.kinfirstParts = window.kinfirstParts || {};
window.kinfirstParts.Strip = (() => {
  "use strict";
  const ROOM = 4096; // samples: 16 s at the highest rate
  const BEHIND = 0.6; // seconds drawn after they came, so that the line moves evenly between packets
  const LOST = 3; // seconds behind at which it is drawn anew instead of caught up
  const GAP = 0.35; // seconds wiped ahead of the line
  const PX_PER_SECOND = 95; // 25 mm/s on a screen of 96 dots an inch
  const MV_HIGH = 3.2; // mV from the top of a strip to its bottom
  // A smaller swing of a pressure (mmHg) or of a pleth is drawn smaller, not stretched: noise is no pulse.
  const LEAST = { pressure: 40, pleth: 0.4 };
  const MISSING = -32768;

  const decoded = (text) => {
    const raw = atob(text);
    const bytes = new Uint8Array(raw.length);
    for (let at = 0; at < raw.length; at += 1) bytes[at] = raw.charCodeAt(at);
    return new Int16Array(bytes.buffer);
  };

  class Strip {
    constructor(canvas) {
      this.canvas = canvas;
      this.pen = canvas.getContext("2d", { alpha: true });
      this.ring = new Float32Array(ROOM);
      this.role = "ecg";
      this.rate = 0;
      this.head = null;
      this.shown = 0; // drawn up to this sample
      this.play = 0;
      this.base = null;
      this.low = Infinity;
      this.high = -Infinity;
      this.range = null;
      this.widest = 0;
      this.drawn = 0;
      this.size();
    }

    size() {
      const dense = Math.min(2, window.devicePixelRatio || 1);
      const { clientWidth, clientHeight } = this.canvas;
      this.canvas.width = Math.max(1, Math.round(clientWidth * dense));
      this.canvas.height = Math.max(1, Math.round(clientHeight * dense));
      this.dense = dense;
      this.seconds = Math.min(12, Math.max(3, clientWidth / PX_PER_SECOND));
      this.colour = getComputedStyle(this.canvas).color;
      this.again();
    }

    // Everything that is in the ring and in the sweep is drawn anew.
    again() {
      this.pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
      if (this.head === null) return;
      const back = Math.round((this.seconds - GAP) * this.rate);
      this.shown = Math.max(this.shown - back, this.head - ROOM, this.first || 0);
    }

    // `step` is how much one step is, `text` steps in base64, `number` that of the first sample. Samples that are here
    // already are left out; where the numbers begin anew the strip does. Says whether anything was new.
    push(number, rate, step, text) {
      const steps = decoded(text);
      const end = number + steps.length;
      if (this.head === null || rate !== this.rate || number > this.head + ROOM || end < this.head) {
        this.rate = rate;
        this.head = this.first = this.shown = number;
        this.play = null;
        this.base = null;
        this.pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
      }
      const before = this.head;
      while (this.head < number) this.put(NaN);
      for (let at = this.head - number; at < steps.length; at += 1) this.put(steps[at] === MISSING ? NaN : steps[at] * step);
      if (this.play === null) this.play = Math.max(this.head - BEHIND * rate, this.first);
      return this.head > before;
    }

    put(value) {
      this.ring[this.head % ROOM] = value;
      this.head += 1;
    }

    // Draws what is due after so many seconds; says whether there was anything.
    frame(passed) {
      if (this.head === null) return false;
      const late = this.head - this.play;
      const want = BEHIND * this.rate;
      if (late > LOST * this.rate) {
        this.play = this.head - want;
      } else {
        const speed = 1 + Math.max(-0.25, Math.min(0.5, (late - want) / (2 * this.rate)));
        this.play = Math.min(this.head, this.play + passed * this.rate * speed);
      }
      const until = Math.floor(this.play);
      if (until <= this.shown) return false;
      const most = Math.round((this.seconds - GAP) * this.rate);
      if (until - this.shown > most) {
        this.pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
        this.shown = until - most;
      }
      this.line(this.shown, until);
      this.shown = until;
      this.drawn += 1;
      return true;
    }

    line(from, until) {
      const { pen, canvas } = this;
      const across = Math.max(1, Math.round(this.seconds * this.rate));
      const x = (number) => ((number % across) / across) * canvas.width;
      this.wipe(x(from), ((until - from) / across + GAP / this.seconds) * canvas.width);
      pen.strokeStyle = this.colour;
      pen.lineWidth = 1.6 * this.dense;
      pen.lineJoin = "round";
      pen.beginPath();
      let down = false;
      for (let number = Math.max(this.first, from - 1); number < until; number += 1) {
        const y = this.y(this.ring[number % ROOM], number >= from);
        if (number % across === 0) {
          down = false;
          this.turned();
        }
        if (Number.isNaN(y)) down = false;
        else if (down) pen.lineTo(x(number), y);
        else pen.moveTo(x(number), y);
        down = !Number.isNaN(y);
      }
      pen.stroke();
    }

    wipe(left, wide) {
      const { width, height } = this.canvas;
      this.pen.clearRect(left, 0, Math.min(wide, width - left), height);
      if (left + wide > width) this.pen.clearRect(0, 0, left + wide - width, height);
    }

    // An ECG keeps its scale, so that a flat line is flat; what is in no known unit fills the strip.
    y(value, fresh) {
      if (Number.isNaN(value)) return NaN;
      const { height } = this.canvas;
      if (this.role === "ecg") {
        if (this.base === null) this.base = value;
        if (fresh) this.base += (value - this.base) / (1.2 * this.rate);
        const at = height * 0.6 - ((value - this.base) * height) / MV_HIGH;
        return Math.max(1, Math.min(height - 1, at));
      }
      this.low = Math.min(this.low, value);
      this.high = Math.max(this.high, value);
      const [low, high] = this.range || [this.low, this.high];
      const span = Math.max(high - low, LEAST[this.role] || this.widest / 4);
      const part = span > 0 ? 0.5 + (value - (low + high) / 2) / span : 0.5;
      return Math.max(1, Math.min(height - 1, height * (0.9 - 0.8 * part)));
    }

    turned() {
      if (this.role === "ecg" || this.high <= this.low) return;
      this.range = [this.low, this.high];
      this.widest = Math.max(this.high - this.low, this.widest * 0.9);
      this.low = Infinity;
      this.high = -Infinity;
    }
  }
  Strip.ROOM = ROOM;
  return Strip;
})();
