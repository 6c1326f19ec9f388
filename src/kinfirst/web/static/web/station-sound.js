// The sound of the station: bursts as IEC 60601-1-8 has them, one at a time, the most urgent over all beds.
window.kinfirstParts = window.kinfirstParts || {};
window.kinfirstParts.Sound = (() => {
  "use strict";
  const LOUD = 0.4;
  const AHEAD = 0.06; // seconds from now to the first pulse
  const FADE = 0.02;

  class Sound {
    // `signals` are those of bedside.alarm_rules; `changed` is called when the sound is on or off.
    constructor(signals, changed) {
      this.signals = signals;
      this.changed = changed;
      this.context = null;
      this.on = false;
      this.plays = null;
      this.bursts = 0;
      this.next = 0;
      this.pulses = new Set();
      this.able = Boolean(window.AudioContext);
    }

    // Only a person's own tap may do this: browsers are silent until then.
    async turn(on) {
      if (on && !this.context) this.build();
      this.on = on;
      if (on) await this.context.resume();
      else this.hush();
      this.changed();
      this.tick();
    }

    build() {
      this.context = new AudioContext();
      this.out = this.context.createGain();
      this.ear = this.context.createAnalyser();
      this.ear.fftSize = 2048;
      this.heard = new Float32Array(this.ear.fftSize);
      this.out.connect(this.ear).connect(this.context.destination);
      this.context.addEventListener("statechange", () => this.changed());
      this.waves = {};
    }

    // What is to be heard now: a priority, or null.
    want(priority) {
      if (priority === this.plays) return;
      this.plays = priority;
      this.next = 0;
      this.hush();
      this.tick();
    }

    audible() {
      return this.on && this.context !== null && this.context.state === "running";
    }

    // Called a few times a second; a burst that is due is laid out on the clock of the sound.
    tick() {
      if (!this.plays || !this.audible()) return;
      const now = this.context.currentTime;
      if (now < this.next) return;
      const { burst } = this.signals[this.plays];
      burst.starts.forEach((start, at) => this.pulse(burst, burst.hz[at % burst.hz.length], now + AHEAD + start));
      this.next = now + AHEAD + burst.every;
      this.bursts += 1;
    }

    pulse(burst, hz, at) {
      const tone = this.context.createOscillator();
      const shape = this.context.createGain();
      tone.setPeriodicWave(this.wave(burst.harmonics));
      tone.frequency.value = hz;
      shape.gain.setValueAtTime(0, at);
      shape.gain.linearRampToValueAtTime(LOUD, at + burst.ramp);
      shape.gain.setValueAtTime(LOUD, at + burst.pulse - burst.ramp);
      shape.gain.linearRampToValueAtTime(0, at + burst.pulse);
      tone.connect(shape).connect(this.out);
      tone.start(at);
      tone.stop(at + burst.pulse + FADE);
      this.pulses.add(tone);
      tone.addEventListener("ended", () => {
        this.pulses.delete(tone);
        shape.disconnect();
      });
    }

    // The fundamental and so many harmonics above it, each weaker.
    wave(harmonics) {
      const imag = new Float32Array(harmonics + 2);
      for (let n = 1; n <= harmonics + 1; n += 1) imag[n] = 1 / n;
      this.waves[harmonics] = this.waves[harmonics] || this.context.createPeriodicWave(new Float32Array(imag.length), imag);
      return this.waves[harmonics];
    }

    hush() {
      this.pulses.forEach((tone) => tone.stop());
      this.pulses.clear();
    }

    // How loud it is now, as a root mean square, 0 to 1.
    level() {
      if (!this.context) return 0;
      this.ear.getFloatTimeDomainData(this.heard);
      return Math.sqrt(this.heard.reduce((sum, value) => sum + value * value, 0) / this.heard.length);
    }
  }
  return Sound;
})();
