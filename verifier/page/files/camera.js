// The camera: one stream into the video element, stopped whenever nobody looks.

const TROUBLES = {
  NotAllowedError: "camera_denied",
  SecurityError: "camera_denied",
  NotFoundError: "camera_missing",
  OverconstrainedError: "camera_missing",
};

export class Camera {
  constructor(video) {
    this.video = video;
    this.stream = null;
  }

  get on() {
    return this.stream !== null && this.video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA;
  }

  // Start one camera, the one that looks away from the user unless another is named. Gives null,
  // or the name of a phrase that says why not.
  async start(device) {
    this.stop();
    const size = { width: { ideal: 1280 }, height: { ideal: 720 } };
    const which = device ? { deviceId: { exact: device } } : { facingMode: "environment" };
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ video: { ...size, ...which } });
      this.video.srcObject = this.stream;
      await this.video.play();
      return null;
    } catch (error) {
      this.stop();
      return TROUBLES[error.name] ?? "camera_busy";
    }
  }

  stop() {
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = null;
    this.video.srcObject = null;
  }

  get device() {
    return this.stream?.getVideoTracks()[0]?.getSettings().deviceId;
  }

  async all() {
    const devices = await navigator.mediaDevices.enumerateDevices();
    return devices.filter((device) => device.kind === "videoinput");
  }
}
