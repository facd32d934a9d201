"""Martlet's offers as SkyPilot's catalog, so that both planners choose among the same. See `skypilot_optimizer.py`."""

import csv
from collections.abc import Callable
from pathlib import Path

# What SkyPilot reads of a cloud's `vms.csv`; its layout has a version, which is part of the folder's name.
COLUMNS = ("InstanceType", "AcceleratorName", "AcceleratorCount", "vCPUs", "MemoryGiB", "GpuInfo", "Price", "SpotPrice",
           "Region", "AvailabilityZone")

Offer = dict[str, str]


def catalog_lines(cloud: str, offers: list[Offer]) -> list[dict[str, str]]:
    """One cloud's offers as lines of its `vms.csv`."""
    lines, accelerators = [], set()
    for offer in offers:
        name, count, region = offer["accelerator"], offer["accelerator_count"], offer["region"]
        zone = f"{region}-a"
        if cloud == "gcp" and name:
            accelerators.add((name, count, region, zone))
            name = count = ""
        lines.append(dict(zip(COLUMNS, (
            offer["type"], name, count, offer["vcpus"], offer["memory_gib"], name, offer["on_demand"], offer["spot"],
            region, zone))))
    for name, count, region, zone in sorted(accelerators):
        lines.append(dict(zip(COLUMNS, ("", name, count, "", "", name, "0", "0", region, zone))))
    return lines


def write(folder: Path, offers: list[Offer]) -> None:
    """Fills SkyPilot's catalog folder. It never refreshes a file that has no checksum beside it: it holds that a user
    wrote it."""
    def put(name: str, columns: tuple[str, ...], lines: list[dict[str, str]]) -> None:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        with open(folder / name, "w", newline="") as file:
            writer = csv.DictWriter(file, columns, extrasaction="ignore")
            writer.writeheader()
            writer.writerows(lines)

    for cloud in ("aws", "azure", "gcp"):
        own = [offer for offer in offers if offer["provider"] == cloud]
        columns = tuple(column for column in COLUMNS if cloud != "azure" or column != "AvailabilityZone")
        put(f"{cloud}/vms.csv", columns, catalog_lines(cloud, own))
    clouds: dict[str, set[str]] = {}
    for offer in offers:
        if offer["accelerator"]:
            clouds.setdefault(offer["accelerator"], set()).add(offer["provider"])
    put("common/accelerators.csv", ("AcceleratorName", "Clouds"),
          [{"AcceleratorName": name, "Clouds": str(sorted(of))} for name, of in sorted(clouds.items())])


def attach_accelerators(offers: list[Offer]) -> None:
    """Replaces SkyPilot's list of which Google Cloud machine carries which accelerators by that of the offers."""
    from sky.catalog import gcp_catalog as gcp
    carried = {offer["type"]: (offer["accelerator"], int(float(offer["accelerator_count"])))
               for offer in offers if offer["provider"] == "gcp" and offer["accelerator"]}
    for table in (gcp._ACC_INSTANCE_TYPE_DICTS, gcp._INSTANCE_TYPE_TO_ACC, gcp.GCP_ACC_INSTANCE_TYPES):
        table.clear()
    for machine, (name, count) in carried.items():
        gcp._ACC_INSTANCE_TYPE_DICTS.setdefault(name, {}).setdefault(count, []).append(machine)
        gcp._INSTANCE_TYPE_TO_ACC[machine] = {name: count}
        gcp.GCP_ACC_INSTANCE_TYPES.append(machine)


def accept_every_name() -> None:
    """Lets SkyPilot meet Azure names that its parser dies of, such as those of dedicated hosts: their own families."""
    from sky.catalog import azure_catalog

    def family(name: str, own=azure_catalog._get_instance_family) -> str:
        try:
            return own(name)
        except AssertionError:
            return name
    azure_catalog._get_instance_family = family


def admit_every_family(offers: list[Offer]) -> None:
    """Lets demands without accelerator take any machine type."""
    from sky.catalog import aws_catalog, azure_catalog, gcp_catalog
    parts: dict[str, tuple[object, Callable[[str], str]]] = {
        "aws": (aws_catalog, lambda name: name.split(".")[0]),
        "azure": (azure_catalog, azure_catalog._get_instance_family),
        "gcp": (gcp_catalog, lambda name: name.rsplit("-", 1)[0])}
    for cloud, (module, family) in parts.items():
        module._DEFAULT_INSTANCE_FAMILY = sorted({family(o["type"]) for o in offers if o["provider"] == cloud})


def egress_cost(tiers: list[list[float | None]]) -> Callable[[object, float], float]:
    """A method for a cloud's class: what one transfer out of it costs."""
    def cost(_: object, num_gigabytes: float) -> float:
        dollars = floor = 0.0
        for ceiling, price in tiers:
            top = num_gigabytes if ceiling is None else min(num_gigabytes, ceiling)
            dollars, floor = dollars + max(0.0, top - floor) * price, max(floor, top)
        return dollars
    return cost
