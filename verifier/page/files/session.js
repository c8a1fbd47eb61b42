// What the page shows when: the same rules as the scanner's session, in scanner_app/session.py.
//
// Times are seconds on any steady scale. A text is forgotten when its result is gone and it has
// been out of sight for the cooldown.

export class Session {
  constructor(times, prefix) {
    this.times = times;
    this.prefix = prefix;
    this.state = { kind: "looking", note: null };
    this.shown = null;
    this.noteUntil = -Infinity;
    this.resting = new Map();
  }

  // Take in all texts read in one frame, none included.
  saw(texts, at) {
    this.ticked(at);
    const distinct = new Set(texts);
    const certificates = new Set([...distinct].filter((text) => text.startsWith(this.prefix)));
    this.rest(certificates, at);
    if (this.state.kind === "checking" || distinct.size === 0) return;
    if (certificates.size === 0) this.noted("not_a_certificate", at);
    else if (certificates.size > 1) this.noted("two_certificates", at);
    else this.sawOne([...certificates][0], at);
  }

  // Take in a text that a person has typed, pasted or scanned by hand: it is judged in any case.
  asked(text, at) {
    this.ticked(at);
    if (text.startsWith(this.prefix)) this.check(text, at);
    else this.noted("not_a_certificate", at);
  }

  // Take in an answer; one to a text that is no longer being checked is dropped.
  answered(text, answer, at) {
    this.ticked(at);
    if (this.state.kind !== "checking" || this.state.text !== text) return;
    this.show(answer, at);
  }

  // Let time pass: results and remarks end, and so does waiting without an answer.
  ticked(at) {
    for (const [text, end] of this.resting) if (end <= at) this.resting.delete(text);
    const state = this.state;
    if (state.kind === "showing" && at >= state.until) this.cleared();
    else if (state.kind === "looking" && state.note && at >= this.noteUntil) this.look();
    else if (state.kind === "checking" && at >= state.since + this.times.give_up) {
      this.show({ outcome: "undetermined", code: null, trouble: "no_answer" }, at);
    }
  }

  // End a result at once.
  cleared() {
    if (this.state.kind !== "showing") return;
    this.look();
    this.shown = null;
  }

  // Keep a result for ten times as long: people who read slowly need it (WCAG 2.2.1).
  kept(keep) {
    if (this.state.kind !== "showing") return;
    const seconds = this.times.show * (keep ? 10 : 1);
    this.state = { ...this.state, until: this.state.since + seconds };
  }

  // Forget everything, as when the page is hidden.
  forget() {
    this.look();
    this.shown = null;
    this.resting.clear();
  }

  look(note = null) {
    this.state = { kind: "looking", note };
  }

  check(text, at) {
    this.state = { kind: "checking", text, since: at };
    this.shown = null;
  }

  sawOne(text, at) {
    if (text === this.shown) return;
    if (this.state.kind === "showing" && at < this.state.since + this.times.keep) return;
    if (this.resting.has(text)) this.noted("already_read", at);
    else this.check(text, at);
  }

  // Only a decided code rests: an undetermined one may be tried again.
  show(answer, at) {
    const { text } = this.state;
    if (answer.outcome !== "undetermined") this.resting.set(text, at + this.times.cooldown);
    this.state = { kind: "showing", answer, since: at, until: at + this.times.show };
    this.shown = text;
  }

  // Let judged codes that are still in view rest on: a phone held still is read once.
  rest(certificates, at) {
    const { state } = this;
    const decided = state.kind === "showing" && state.answer.outcome !== "undetermined";
    for (const text of certificates) {
      if ((decided && text === this.shown) || this.resting.has(text)) {
        this.resting.set(text, at + this.times.cooldown);
      }
    }
  }

  // Remark on something, unless a result is on the screen.
  noted(note, at) {
    if (this.state.kind === "showing") return;
    this.look(note);
    this.noteUntil = at + this.times.note;
  }
}
