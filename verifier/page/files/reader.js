// Finds QR codes in frames and pictures: with the browser's own detector, else with the service's.

const LONGEST_FRAME = 1024; // pixels: at it a code a quarter of the picture wide has four a module
const LONGEST_PICTURE = 4096;
const LARGEST_FILE = 8_388_608; // bytes that the service takes
const QUALITY = 0.8;

// The reader that there is, or null. `service` is null where it takes no pictures.
export async function findReader(service) {
  const detector = await findDetector();
  if (detector) return new Detector(detector, service);
  return service ? new Remote(service) : null;
}

async function findDetector() {
  try {
    const formats = await BarcodeDetector.getSupportedFormats();
    return formats.includes("qr_code") ? new BarcodeDetector({ formats: ["qr_code"] }) : null;
  } catch {
    return null; // there is none, or it is there in name only
  }
}

class Detector {
  constructor(detector, service) {
    this.pause = 100; // milliseconds between two frames
    this.detector = detector;
    this.remote = service && new Remote(service);
  }

  async readFrame(video) {
    return { codes: await this.detect(video) };
  }

  async readPicture(file) {
    const codes = file.type.startsWith("image/") ? await this.detectIn(file) : [];
    if (codes?.length || !this.remote) return codes ? { codes } : { trouble: "unreadable" };
    return this.remote.readPicture(file);
  }

  async detectIn(file) {
    try {
      return await this.detect(await createImageBitmap(file));
    } catch {
      return null;
    }
  }

  async detect(source) {
    const found = await this.detector.detect(source);
    return found.map((code) => ({ text: code.rawValue }));
  }
}

class Remote {
  constructor(service) {
    this.pause = 400;
    this.service = service;
  }

  async readFrame(video) {
    if (this.service.paused) return { codes: [] };
    const frame = await jpegOf(video, video.videoWidth, video.videoHeight, LONGEST_FRAME);
    return this.service.verifyPicture(frame);
  }

  async readPicture(file) {
    return this.service.verifyPicture(file.size > LARGEST_FILE ? await smaller(file) : file);
  }
}

async function smaller(file) {
  try {
    const picture = await createImageBitmap(file);
    return await jpegOf(picture, picture.width, picture.height, LONGEST_PICTURE);
  } catch {
    return file; // the service will say what is wrong with it
  }
}

async function jpegOf(source, width, height, longest) {
  const scale = Math.min(1, longest / Math.max(width, height));
  const canvas = new OffscreenCanvas(Math.round(width * scale), Math.round(height * scale));
  canvas.getContext("2d").drawImage(source, 0, 0, canvas.width, canvas.height);
  return canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY });
}
