/* Time to places: the axis as a whole goes from 0 to 1, in pieces of different density where it is broken. */

class Axis {
  constructor(trace) {
    const all = trace.axis.reduce((sum, [, , share]) => sum + share, 0) || 1;
    let from = 0;
    this.pieces = trace.axis.map(([start, length, share]) => {
      const piece = { start, length, from, to: from + share / all };
      from = piece.to;
      return piece;
    });
    if (this.pieces.length) this.pieces[this.pieces.length - 1].to = 1;
  }

  /* What lies between two pieces is where the later one begins. */
  place(time) {
    const piece = this.pieces.find((piece) => time <= piece.start + piece.length) || this.pieces[this.pieces.length - 1];
    if (!piece || piece.length === 0) return piece ? piece.from : 0;
    const part = Math.min(Math.max((time - piece.start) / piece.length, 0), 1);
    return piece.from + part * (piece.to - piece.from);
  }

  time(place) {
    const piece = this.pieces.find((piece) => place <= piece.to) || this.pieces[this.pieces.length - 1];
    if (!piece) return 0;
    return piece.start + ((place - piece.from) / (piece.to - piece.from || 1)) * piece.length;
  }

  breaks() { return this.pieces.slice(1).map((piece) => piece.from); }

  /* The ticks of a window over so many pixels: [pixel, words]. */
  ticks([from, to], width) {
    const ticks = [];
    for (const [nth, piece] of this.pieces.entries()) {
      const [left, right] = [Math.max(piece.from, from), Math.min(piece.to, to)];
      if (left > right || (left === right && this.pieces.length > 1)) continue;
      const pixel = (time) => ((this.placeWithin(piece, time) - from) / (to - from)) * width;
      const [start, end] = [this.timeWithin(piece, left), this.timeWithin(piece, right)];
      const pixels = Math.max(((right - left) / (to - from)) * width, 1);
      const step = niceStep(((end - start) * 88) / pixels);
      const before = ticks.length;
      for (let at = Math.ceil(start / step); at * step <= end && ticks.length < 400; at++) {
        const x = pixel(at * step);
        // The end of a piece is where the next one begins.
        if (at * step < piece.start + piece.length || nth === this.pieces.length - 1) ticks.push([x, tickLabel(at * step, step)]);
      }
      if (nth > 0 && ticks.length === before && left === piece.from) ticks.push([pixel(piece.start), duration(piece.start)]);
    }
    // A label may not run into the one before it, which is nearer where a piece begins.
    return ticks.filter(([x], nth) => nth === 0 || x - ticks[nth - 1][0] > 56);
  }

  placeWithin(piece, time) {
    return piece.length === 0 ? piece.from : piece.from + ((time - piece.start) / piece.length) * (piece.to - piece.from);
  }

  timeWithin(piece, place) {
    return piece.start + ((place - piece.from) / (piece.to - piece.from || 1)) * piece.length;
  }
}
