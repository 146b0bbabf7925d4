interface Symptom {
  value: number;
  /** A visit has dealt with it: it counts no more until it is set again. */
  addressed: boolean;
}

/** A person's complaints, 0 … 100 each, by symptom and by what causes it. They drive people to care. */
export class Symptoms {
  readonly #causes = new Map<string, Map<string, Symptom>>();
  #total = 0;
  #stale = false;

  set(symptom: string, cause: string, value: number): void {
    let causes = this.#causes.get(symptom);
    if (causes === undefined) this.#causes.set(symptom, (causes = new Map<string, Symptom>()));
    causes.set(cause, { value, addressed: false });
    this.#stale = true;
  }

  /** The worst that any cause makes of a symptom. */
  level(symptom: string): number {
    let worst = 0;
    for (const { value, addressed } of this.#causes.get(symptom)?.values() ?? [])
      if (!addressed && value > worst) worst = value;
    return worst;
  }

  /** Sum of the levels of all symptoms. */
  get total(): number {
    if (this.#stale) {
      this.#total = 0;
      for (const symptom of this.#causes.keys()) this.#total += this.level(symptom);
      this.#stale = false;
    }
    return this.#total;
  }

  /** The worst complaint is dealt with. */
  addressWorst(): void {
    let worst: Symptom | undefined;
    for (const causes of this.#causes.values())
      for (const symptom of causes.values())
        if (!symptom.addressed && symptom.value > (worst?.value ?? 0)) worst = symptom;
    if (worst !== undefined) worst.addressed = true;
    this.#stale = true;
  }
}
