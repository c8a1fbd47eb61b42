// Plays tones: pairs of hertz and seconds, as spec/tones.py has them.

const LOUDNESS = 0.25;
const EDGE = 0.01; // seconds to come and to go in, so that nothing clicks

export class Speaker {
  constructor(on) {
    this.on = on;
    this.context = null;
  }

  // Browsers let a page sound only after a person has touched it: call this then.
  wake() {
    this.context ??= new AudioContext();
    if (this.context.state === "suspended") this.context.resume().catch(() => {});
  }

  play(tone) {
    if (!this.on || this.context?.state !== "running") return;
    let at = this.context.currentTime;
    for (const [hertz, seconds] of tone) {
      if (hertz) this.beep(hertz, at, at + seconds);
      at += seconds;
    }
  }

  beep(hertz, start, end) {
    const gain = this.context.createGain();
    gain.gain.setValueAtTime(0, start);
    gain.gain.linearRampToValueAtTime(LOUDNESS, start + EDGE);
    gain.gain.setValueAtTime(LOUDNESS, end - EDGE);
    gain.gain.linearRampToValueAtTime(0, end);
    gain.connect(this.context.destination);
    const voice = this.context.createOscillator();
    voice.type = "triangle";
    voice.frequency.value = hertz;
    voice.connect(gain);
    voice.start(start);
    voice.stop(end);
  }
}
