"""Pictures in every form, in and out, without copies where memory allows."""

import pickle

import numpy as np
import pytest
import visionkit

from conftest import in_threads

RANDOM = np.random.default_rng(1)
PICTURE = RANDOM.integers(0, 256, (12, 17, 3), np.uint8)
PLAIN = {"scale": 1.0, "dtype": "uint8", "layout": "nhwc"}


def seen(picture, **options):
    """The bytes that the library sees in a picture."""
    return visionkit.preprocess(picture, **PLAIN, **options)[0][0]


class Interface:
    def __init__(self, array):
        self.array = array
        self.__array_interface__ = array.__array_interface__


class Capsule:
    def __init__(self, array):
        self.array = array

    def __dlpack__(self, **options):
        return self.array.__dlpack__(**options)

    def __dlpack_device__(self):
        return self.array.__dlpack_device__()


def test_every_form_of_a_picture_is_the_same_picture(tmp_path):
    path = tmp_path / "a.png"
    visionkit.write_image(path, PICTURE)
    forms = {
        "array": PICTURE, "path": path, "text": str(path), "bytes": path.read_bytes(),
        "bytearray": bytearray(path.read_bytes()), "memoryview": memoryview(path.read_bytes()),
        "pixels": memoryview(PICTURE), "interface": Interface(PICTURE), "dlpack": Capsule(PICTURE),
        "rgba": np.dstack([PICTURE, PICTURE[..., 0]]),
    }
    for name, form in forms.items():
        assert np.array_equal(seen(form), PICTURE), name
    assert np.array_equal(seen(PICTURE[..., ::-1], color="bgr"), PICTURE)


def test_bytes_of_a_file_lie_one_behind_the_other():
    with pytest.raises(TypeError, match="one behind the other"):
        visionkit.read_image(memoryview(b"0123456789")[::2])


def test_pillow_images_are_pictures():
    image = pytest.importorskip("PIL.Image")
    picture = image.fromarray(PICTURE)
    assert np.array_equal(seen(picture), PICTURE)
    assert np.array_equal(seen(picture, color="bgr"), PICTURE)  # it knows its own order
    gray = picture.convert("L")
    assert np.array_equal(seen(gray, channel_order="gray")[..., 0], np.asarray(gray))
    palette = picture.convert("P")
    assert np.array_equal(seen(palette), np.asarray(palette.convert("RGB")))


@pytest.mark.parametrize("view", [
    lambda a: a[::2], lambda a: a[:, 3:9], lambda a: a[2:7, 1:], lambda a: a[::-1], lambda a: a[:, ::-1],
    lambda a: a[:, ::3], lambda a: a[5:6], lambda a: a[:, 4:5], lambda a: np.asfortranarray(a),
    lambda a: a.transpose(1, 0, 2),
])
def test_strides_are_respected(view):
    assert np.array_equal(seen(view(PICTURE)), view(PICTURE))


@pytest.mark.parametrize(("picture", "code"), [
    (PICTURE.astype(np.float32), "dtype"), (PICTURE[..., :2], "shape"), (PICTURE[0, :, 0], "shape"),
    (np.zeros((0, 4, 3), np.uint8), "invalid_argument"), (PICTURE.astype(bool), "dtype"),
])
def test_what_is_no_picture_is_refused(picture, code):
    with pytest.raises(visionkit.Error) as caught:
        seen(picture)
    assert caught.value.code == code


def test_files_come_back_as_they_were_written(tmp_path):
    for name in ("a.png", "b.webp"):
        visionkit.write_image(tmp_path / name, PICTURE, lossless_webp=True)
        assert np.array_equal(visionkit.read_image(tmp_path / name), PICTURE)
    data = visionkit.encode_image(PICTURE[..., ::-1], color="bgr", format="png")
    picture, report = visionkit.read_image_with_report(data, format="bgr8")
    assert np.array_equal(picture, PICTURE[..., ::-1])
    assert report.format == "png" and report.stored_size == (17, 12) and report.stored_size.width == 17
    assert visionkit.read_image(data, format="gray8").shape == (12, 17)


def test_results_own_their_memory():
    data = visionkit.encode_image(PICTURE, format="png")
    picture = visionkit.read_image(data)
    assert picture.flags.writeable and picture.base is not None
    tensor, _ = visionkit.preprocess(picture)
    ids = np.zeros((3, 4), np.uint8)
    label_map = visionkit.LabelMap(ids)
    view = label_map.ids
    assert np.shares_memory(view, label_map.ids) and not view.flags.writeable and not np.shares_memory(view, ids)
    del picture, label_map
    assert tensor.shape == (1, 3, 12, 17) and view.shape == (3, 4)


def test_nothing_is_allocated_for_a_caller_who_brings_the_memory():
    preprocessor = visionkit.Preprocessor(resize={"mode": "stretch", "size": (8, 6)})
    out = np.empty((1, 3, 6, 8), np.float32)
    transform = preprocessor.into(PICTURE, out)
    expected, same = preprocessor(PICTURE)
    assert np.array_equal(out, expected) and transform == same
    with pytest.raises(visionkit.Error):
        preprocessor.into(PICTURE, np.empty((1, 3, 6, 9), np.float32))


def test_a_preprocessor_says_what_it_does():
    preprocessor = visionkit.Preprocessor(
        resize={"mode": "letterbox", "size": (32, 32), "interpolation": "opencv.linear"}, mean=[0.5], std=[0.25])
    assert preprocessor.options.resize.letterbox.fill == 114 and preprocessor.options.mean == (0.5,)
    assert preprocessor.fixed_size == (32, 32)
    assert pickle.loads(pickle.dumps(preprocessor)).options == preprocessor.options
    transform = preprocessor.transform((64, 32))
    assert transform.content == (0, 8, 32, 16)
    boxes = np.array([[4, 2, 20, 30]], np.float32)
    assert np.allclose(transform.to_image(transform.to_model(boxes)), boxes)
    batch, transforms = preprocessor.batch([PICTURE, PICTURE[:6]], threads=2)
    assert batch.shape == (2, 3, 32, 32) and len(transforms) == 2
    assert np.array_equal(batch[1:], preprocessor(PICTURE[:6])[0])


def test_preprocessing_and_resizing_are_pillows():
    image = pytest.importorskip("PIL.Image")
    expected = image.fromarray(PICTURE).resize((9, 7), image.Resampling.BICUBIC)
    assert np.array_equal(visionkit.resize(PICTURE, (9, 7), "pillow.bicubic"), np.asarray(expected))


def test_threads_share_a_preprocessor():
    preprocessor = visionkit.Preprocessor(resize={"mode": "stretch", "size": (64, 64)})
    expected = preprocessor(PICTURE)[0]
    wrong = []

    def work():
        for _ in range(50):
            if not np.array_equal(preprocessor(PICTURE)[0], expected):
                wrong.append(1)

    in_threads(work)
    assert not wrong


def test_maps_and_masks_are_files(tmp_path):
    ids = RANDOM.integers(0, 1 << 24, (9, 11), np.uint32)
    visionkit.write_panoptic_ids(tmp_path / "p.png", ids)
    assert np.array_equal(visionkit.read_panoptic_ids(tmp_path / "p.png", size=(11, 9)), ids)
    label_map = visionkit.LabelMap(RANDOM.integers(0, 5, (9, 11), np.uint8))
    visionkit.write_label_map(tmp_path / "m.png", label_map)
    assert visionkit.read_label_map(tmp_path / "m.png", class_count=5) == label_map
    mask = label_map.mask_of(2)
    visionkit.write_mask(tmp_path / "k.png", mask, pixels="eight_bits")
    assert visionkit.read_mask((tmp_path / "k.png").read_bytes()) == mask
    assert pickle.loads(pickle.dumps(label_map)) == label_map
    assert label_map.areas()[2] == (2, mask.area)
    assert sum(part.area for part in label_map.components(2)) == mask.area
    assert visionkit.draw_map(np.zeros((9, 11, 3), np.uint8), label_map).shape[1] == 11


def test_frames_of_cameras_become_pictures():
    deep = PICTURE.astype(np.uint16)
    assert np.array_equal(visionkit.image_from_16bit(deep << 8), PICTURE)
    assert np.array_equal(visionkit.image_from_16bit(deep[..., 0] << 4, bits=12), PICTURE[..., 0])
    assert np.array_equal(visionkit.image_from_float(PICTURE / 255), PICTURE)
    assert np.array_equal(visionkit.image_from_float(PICTURE[::2].astype(np.float32), white=255), PICTURE[::2])
    y, u, v = (RANDOM.integers(0, 256, shape, np.uint8) for shape in ((8, 6), (4, 3), (4, 3)))
    pairs = np.stack([u, v], axis=2).reshape(4, 6)
    picture = visionkit.image_from_yuv(y, pairs)
    assert picture.shape == (8, 6, 3) and np.array_equal(visionkit.image_from_yuv(y, u, v), picture)
    cv2 = pytest.importorskip("cv2")
    expected = cv2.cvtColor(np.vstack([y, pairs]), cv2.COLOR_YUV2RGB_NV12)
    assert np.array_equal(picture, expected)
    for wrong in (lambda: visionkit.image_from_yuv(y, u), lambda: visionkit.image_from_yuv(y, pairs, v),
                  lambda: visionkit.image_from_16bit(deep[..., :2]), lambda: visionkit.image_from_float(1.0)):
        with pytest.raises(visionkit.Error) as caught:
            wrong()
        assert caught.value.code == "shape"
